#include "simulation/simulated_job.hpp"

#include "buffer/recovered_buffer.hpp"
#include "buffer/recovery.hpp"
#include "ingest/log.hpp"
#include "postgres/load_session.hpp"
#include "simulation/invariants.hpp"
#include "simulation/simulated_connection.hpp"

namespace ingest::testing {

namespace {

constexpr std::uint64_t credit_bytes = 240 + 4 * actors::credit_overhead;
constexpr std::size_t most_deliveries = 20'000;
const std::string plan = "simulated plan";
const std::string eras_key = " ERAS=";

/// A sink that writes what it is given, and says that no record has a key.
class sink_without_keys final : public sink {
 public:
  explicit sink_without_keys(std::unique_ptr<sink> behind) : behind_(std::move(behind)) {}

  void open(std::stop_token stop) override { behind_->open(std::move(stop)); }
  std::optional<record_keys> keys(const batch& records) override {
    return behind_->keys(records) ? std::optional(record_keys()) : std::nullopt;
  }
  write_outcome write(const batch& records) override { return behind_->write(records); }
  void finalize() override { behind_->finalize(); }
  void abort(const error& why) override { behind_->abort(why); }
  commit_point commits() const override { return behind_->commits(); }

 private:
  std::unique_ptr<sink> behind_;
};

}  // namespace

std::pair<std::size_t, std::size_t> eras_of(const std::string& settled) {
  if (settled.size() <= plan.size()) {
    return {0, 0};
  }
  const std::string text = settled.substr(plan.size() + eras_key.size());
  return {std::stoul(text), std::stoul(text.substr(text.find('-') + 1))};
}

simulated_job::simulated_job(const simulated_surroundings& around, simulated_disk& disk, std::string name)
    : around_(around),
      disk_(disk),
      process_(around.chance, std::move(name)),
      files_(around.chance, disk, process_),
      buggy_files_(plant(around.bug, files_)),
      seen_files_(buggy_files_ ? *buggy_files_ : files_),
      database_bug_(std::make_shared<database_bug>(database_bug{around.bug, {}, "", ""})) {
  files_.before_remove = [this](const std::filesystem::path& path) { check_removal(path); };
}

simulated_job::~simulated_job() {
  // What has ended without dying did all it had to do; destroying it must not change the world.
  process_.kill(false);
}

bool simulated_job::step() {
  if (end_ != end::running) {
    return false;
  }
  if (process_.dead()) {
    end_ = end::dead;
    return false;
  }
  try {
    if (run_ && around_.bug == planted_bug::credit_not_reset) {
      keep_credit_of_the_dead();
    }
    if (run_ && around_.bug == planted_bug::sealed_unreported) {
      report_pages_too_late();
    }
    if (run_ && shares()) {
      keep_leases();
    }
    if (waits_) {
      look_for_work();
    } else if (!run_) {
      start();
    } else if (!run_->step()) {
      finish();
    } else if (run_->delivered() > most_deliveries) {
      around_.chance.violate(process_.name() + " does not end");
    }
  } catch (const error& e) {
    failure_ = e;
    end_ = end::aborted;
  } catch (const std::runtime_error& e) {
    around_.chance.violate(process_.name() + ": " + e.what());
  }
  if (process_.dead()) {
    end_ = end::dead;
  } else {
    check_credit();
  }
  return end_ == end::running;
}

void simulated_job::finish() {
  const stream_result& r = *run_->result();
  failure_ = r.failure;
  if (shares()) {
    end_leases();
  }
  if (shares() && r.ok()) {
    waits_ = true;
    return;
  }
  end_ = r.ok() ? end::complete : r.status == stream_status::aborted ? end::interrupted : end::aborted;
}

std::string simulated_job::run_id() const {
  return durable_ ? durable_->found().identity.run_id : "";
}

/// What the program has a thread for. Some renewals come too late, and some processes get none through.
void simulated_job::keep_leases() {
  const auto term = static_cast<std::uint64_t>(around_.lease_term->count());
  try {
    if (renews_leases_ && around_.chance.one_in(1 + term / 16)) {
      target_->renew_leases({});
    } else if (around_.chance.one_in(1 + term / 4)) {
      target_->end_transactions_of_lost({});
    }
  } catch (const error& e) {
    process_.note(std::string("does not keep its leases: ") + e.what());
  }
}

void simulated_job::end_leases() {
  try {
    target_->end_leases({});
  } catch (const error& e) {
    process_.note(std::string("does not end its leases: ") + e.what());
  }
}

/// As the program does between two looks; what it waits for, others do meanwhile.
void simulated_job::look_for_work() {
  try {
    const work_left left = target_->look_for_work(run_id(), {});
    if (left.is_complete) {
      end_ = end::complete;
    } else if (left.is_followed || left.free > 0 || (left.slices == 0 && !left.is_locked)) {
      end_ = end::left;
    }
  } catch (const error& e) {
    if (e.code() != errc::unavailable) {
      throw;
    }
    process_.note(std::string("cannot look what is left: ") + e.what());
  }
}

/// A sync reads what is new; or where it replaces a table, everything.
std::string simulated_job::settled_plan() const {
  const std::size_t first = replaces() ? 0 : std::stoul("0" + durable_->found().watermark);
  return plan + eras_key + std::to_string(first) + "-" + std::to_string(around_.api.eras());
}

/// What the program does before its pipeline runs.
void simulated_job::start() {
  log::configure(log::format::json, log::level::error);  // outages by the thousand are no news here
  target_ = make_target();
  durable_run_options o;
  o.directory = simulated_directory;
  o.pipeline = simulated_pipeline;
  o.plan = plan;
  o.settles = [](const std::string& begun_with) { return begun_with.starts_with(plan); };
  o.slices = around_.api.slices();
  o.segment_bytes = around_.chance.one_in(2) ? 300 : 1'000;
  if (around_.chance.one_in(3)) {
    o.quota_bytes = 4'200 * (1 + around_.chance.draw(5));  // about as many pages
  }
  o.renews = replaces();
  o.shares_slices = shares();
  o.ledger = target_;
  o.files = &seen_files_;
  durable_.emplace(std::move(o));
  if (starts_over_) {
    durable_->start_over();
  }
  durable_->find();
  if (durable_->found().complete && durable_->ledger_has_answered() &&
      std::stoul("0" + durable_->found().watermark) < around_.api.eras()) {
    process_.note("begins the next sync");
    durable_->begin_next(settled_plan());
  }
  if (shares() && durable_->found().complete && std::stoul("0" + durable_->found().watermark) >= around_.api.eras()) {
    end_ = end::complete;
    return;
  }
  if (durable_->found().identity.plan == plan) {
    if (!replaces() && !durable_->found().is_new && !durable_->ledger_has_answered()) {
      throw error(errc::unavailable, "nobody knows up to where the sync before has read");
    }
    durable_->settle_plan(settled_plan());
  }
  eras_ = eras_of(durable_->found().identity.plan);
  if (around_.bug == planted_bug::window_found_anew) {
    eras_.second = around_.api.eras();
  }
  const std::string watermark = std::to_string(eras_.second);
  database_bug_->watermark = watermark;
  durable_->begin();
  target_->complete_with(watermark);
  run_.emplace(around_.chance.draw(1'000'000'000), specify(durable_->description()));
}

std::shared_ptr<postgres_target> simulated_job::make_target() {
  postgres_options o;
  o.url = "postgresql://nobody@simulated/database";
  o.pipeline = simulated_pipeline;
  o.rejects_file = around_.rejects_file;
  o.write = around_.database.write();
  if (around_.lease_term) {
    renews_leases_ = !around_.chance.one_in(4);
    o.lease = slice_lease{process_.name(), *around_.lease_term, 1 + around_.chance.draw(3)};
  }
  if (around_.chance.one_in(3)) {
    o.outage_deadline = std::chrono::milliseconds(0);  // the first failure is one too many
  }
  o.time.wait = [this](std::chrono::milliseconds, const std::stop_token& stop) {
    process_.require_alive();
    around_.database.settle();
    return !stop.stop_requested();
  };
  const auto connect = [this](std::stop_token stop) {
    return std::make_unique<simulated_connection>(around_.chance, around_.database, process_, std::move(stop));
  };
  return std::make_shared<postgres_target>(
      std::make_shared<detail::load_session>(std::move(o), [this, connect](const std::string&, std::stop_token stop) {
        return plant(database_bug_, connect, std::move(stop));
      }));
}

actors::pipeline_spec simulated_job::specify(const run_state& description) {
  schedule& chance = around_.chance;
  actors::pipeline_spec spec;
  spec.slices = around_.api.slices();
  spec.readers = chance.draw(spec.slices + 1);  // 0: one for each
  spec.make_source = around_.api.sources(process_, in_flight_, eras_.first, eras_.second);
  spec.loaders = 1 + chance.draw(2);
  spec.make_sink = [target = target_, bug = around_.bug](std::size_t loader) -> std::unique_ptr<sink> {
    auto made = make_postgres_sink(target, loader);
    return bug == planted_bug::merged_out_of_turn ? std::make_unique<sink_without_keys>(std::move(made))
                                                  : std::move(made);
  };
  actors::buffer_spec buffer;
  buffer.recover = [this] { return open_buffer(); };
  buffer.take_slices = [this](std::span<const slice_id> slices, std::stop_token stop) {
    return durable_->take(slices, std::move(stop));
  };
  buffer.shares_slices = shares();
  buffer.count_slices = [this](std::uint64_t count) { durable_->expect_slices(count); };
  buffer.completed = [this] { return durable_->completed(); };
  buffer.order = durable_->order();
  if (around_.bug == planted_bug::loaded_out_of_order) {
    buffer.order = write_order::any;
  }
  buffer.read_before = durable_->found().fetched;
  buffer.directory = simulated_directory;
  buffer.files = &seen_files_;
  buffer.description = std::make_shared<const run_state>(description);
  buffer.group_bytes = chance.one_in(2) ? 100 : 10'000;
  buffer.range_bytes = 150;
  spec.buffer = std::move(buffer);
  spec.credit_bytes = credit_bytes;
  spec.restarts.max_restarts = chance.one_in(2) ? 3 : 1'000;
  credit_window_ = static_cast<std::int64_t>(actors::window_of_reader(spec));
  return spec;
}

recovered_buffer simulated_job::open_buffer() {
  recovered_buffer run = durable_->open_buffer();
  check_positions(*run.buffer, run.loaded);
  return run;
}

void simulated_job::check_positions(const disk_buffer& buffer, const slice_pages& loaded) {
  std::vector<page> waiting;
  for (const page& p : buffer.recovered()) {
    if (!loaded.contains(p)) {
      waiting.push_back(p);
    }
  }
  std::vector<slice_progress> positions;
  for (std::size_t s = 0; s < around_.api.slices(); ++s) {
    positions.push_back(buffer.progress(s));
  }
  const std::string missing =
      missing_before(durable_->description().identity, positions, waiting, disk_, around_.database, around_.api);
  if (!missing.empty()) {
    around_.chance.violate(process_.name() + " goes on behind an event that nobody has: " + missing);
  }
}

void simulated_job::check_removal(const std::filesystem::path& path) {
  if (shares()) {
    return;  // its buffer is a cache of what its leases were for
  }
  const std::string problem = problem_of_removal(path, process_.name(), disk_, around_.database);
  if (!problem.empty()) {
    around_.chance.violate(process_.name() + " " + problem);
  }
}

void simulated_job::check_credit() {
  // A page larger than the window goes alone, and one more may be in the reader's hand.
  const std::int64_t most = std::max(credit_window_, simulated_api::largest_page) + simulated_api::largest_page;
  for (const std::int64_t cost : in_flight_->cost) {
    if (cost > most) {
      around_.chance.violate(process_.name() + " has pages for " + std::to_string(cost) + " in flight, its credit is " +
                             std::to_string(credit_window_));
    }
  }
}

/// planted_bug::credit_not_reset. A reader that took over what its predecessor had in flight would wait for grants
/// that never come, for they are of an older life: with too little left for the next page it sends nothing any more.
/// A window of nothing has the same effect, and is given to a reader in that position.
void simulated_job::keep_credit_of_the_dead() {
  readers_.resize(in_flight_->cost.size());
  for (std::uint32_t i = 0; i < readers_.size(); ++i) {
    watched_reader& r = readers_[i];
    const bool dead = run_->is_dead({actors::stage_kind::reader, i});
    if (dead && !r.dead && r.slice) {
      r.unpaid += in_flight_->cost[*r.slice];
    }
    r.dead = dead;
    if (auto* start = run_->next<actors::start_reading>({actors::stage_kind::reader, i})) {
      r.slice = start->slice.number();
      if (r.unpaid > 0 && r.unpaid + simulated_api::ordinary_page > credit_window_) {
        start->window = 0;
      }
    }
  }
}

/// planted_bug::sealed_unreported. The checkpoint hears that all segments are sealed just before it hears of their last
/// pages: one whose other pages are loaded looks as if it could be deleted.
void simulated_job::report_pages_too_late() {
  constexpr actors::stage_id checkpoint{actors::stage_kind::checkpoint, 0};
  auto* report = run_->next<actors::pages_durable>(checkpoint);
  if (report == nullptr || report->pages.empty() || report->pages.front() == reported_late_) {
    return;
  }
  reported_late_ = report->pages.front();
  run_->tell<actors::progress_log>(checkpoint, std::exchange(*report, actors::pages_durable{}));
}

void simulated_job::kill_stage() {
  if (run_) {
    run_->kill_any();
  }
}

void simulated_job::stop() {
  if (run_ && !run_->result()) {
    run_->stop();
  }
}

}  // namespace ingest::testing
