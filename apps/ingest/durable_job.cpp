#include "durable_job.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "announced_total.hpp"
#include "buffer/recovery.hpp"
#include "from/from.hpp"
#include "log/event_names.hpp"
#include "pipeline_setup.hpp"
#include "run_plan.hpp"
#include "settings/weakened_settings.hpp"
#include "to/postgres.hpp"
#include "to/to.hpp"

namespace ingest::app {

using namespace std::chrono_literals;

namespace {

/// Work that nobody waits for longer.
class stop_after {
 public:
  explicit stop_after(std::chrono::milliseconds patience)
      : timer_([this, patience](const std::stop_token& done) {
          if (wait_for(patience, done)) {
            late_.request_stop();
          }
        }) {}

  std::stop_token token() const { return late_.get_token(); }

 private:
  std::stop_source late_;
  std::jthread timer_;
};

/// Whether a run that is complete is followed by one that reads everything again, as what there is now.
bool reads_anew(const settings& s) {
  return s.write == disposition::replace || s.from.has_streams();
}

}  // namespace

void durable_job::execute(bool fresh, std::stop_token stop) {
  if (is_shared(settings_)) {
    share(fresh, stop);
  } else {
    run_once(fresh, stop);
  }
}

/// A process that finds others in its way, or has lost what it had to them, lets go of everything and begins anew, with
/// what the ledger says then.
void durable_job::share(bool fresh, const std::stop_token& stop) {
  constexpr std::chrono::milliseconds shortest(100);
  const std::chrono::milliseconds longest =
      std::clamp<std::chrono::milliseconds>(settings_.lease_term / 4, shortest, 5s);
  std::chrono::milliseconds pause = shortest;
  const run_report untouched = report_;
  for (;; fresh = false) {
    report_ = untouched;
    const std::uint64_t before = counters_->rows_fetched;
    const bool had_its_way = takes_part(fresh, stop);
    if (had_its_way && (report_.status != run_status::complete || !finds_work(stop))) {
      return;
    }
    if (!had_its_way && is_over(stop)) {
      report_.run_id = sought_;
      report_.status = run_status::complete;
      return;
    }
    pause = counters_->rows_fetched > before ? shortest : std::min(2 * pause, longest);
    if (!wait_for(pause, stop)) {
      throw_if_stopped(stop);
    }
  }
}

/// False where others were in the way, or the database, which has to answer before anything is read, was away and this
/// is not the first thing that the process asks of it.
bool durable_job::takes_part(bool fresh, const std::stop_token& stop) {
  try {
    run_once(fresh, stop);
    away_since_.reset();
  } catch (const error& e) {
    const std::uint64_t had = counters_->leases;
    end_leases();
    if (e.code() == errc::unavailable && has_taken_part_ && is_patient()) {
      log::warning(events::database_unavailable, e.what(), {{"pipeline", settings_.pipeline}});
      return false;
    }
    away_since_.reset();
    if (e.code() != errc::locked || !has_directory_) {
      throw;
    }
    counters_->leases_lost += had;
    log::info(events::slices_taken_over,
              std::string("another process was in the way, and this one begins anew with what is left: ") + e.what(),
              {{"pipeline", settings_.pipeline}, {"run_id", run_id_}});
    return false;
  }
  end_leases();
  return true;
}

/// With a database that is away.
bool durable_job::is_patient() {
  const auto now = std::chrono::steady_clock::now();
  away_since_ = away_since_.value_or(now);
  return now - *away_since_ < settings_.database_deadline;
}

/// Whether the run that this process has had a part in was completed by another one, perhaps longer ago.
bool durable_job::is_over(const std::stop_token& stop) const {
  try {
    return has_taken_part_ && target_->look_for_work(sought_, stop).is_complete;
  } catch (const error& e) {
    if (e.code() != errc::unavailable) {
      throw;
    }
    return false;  // the next round waits for the database
  }
}

/// Waits for slices that others have, until one of these is free. Nothing is left where the run is complete: then it is
/// as the database says.
bool durable_job::finds_work(const std::stop_token& stop) const {
  std::chrono::milliseconds pause(100);
  const std::chrono::milliseconds longest = std::max(pause, settings_.lease_term / 5);
  const auto begun = std::chrono::steady_clock::now();
  std::optional<std::chrono::steady_clock::time_point> away_since;
  for (bool told = false;; pause = std::min(2 * pause, longest)) {
    const auto now = std::chrono::steady_clock::now();
    try {
      const work_left left = target_->look_for_work(sought_, stop);
      away_since.reset();
      if (left.is_complete) {
        return false;
      }
      if (left.free > 0) {
        target_->end_transactions_of_lost(stop);
      }
      const bool is_being_completed = left.slices == 0 && left.is_locked;
      if (left.is_followed || left.free > 0 || (left.slices == 0 && !is_being_completed)) {
        return true;
      }
      if (now - begun > std::chrono::seconds(1) && !std::exchange(told, true)) {
        log::info(events::others_at_work,
                  "this process has nothing left to do of this run; waiting for others that have",
                  {{"pipeline", settings_.pipeline}, {"slices", left.slices}});
      }
    } catch (const error& e) {
      if (e.code() != errc::unavailable || now - away_since.value_or(now) > settings_.database_deadline) {
        throw;
      }
      away_since = away_since.value_or(now);
    }
    if (!wait_for(pause, stop)) {
      throw_if_stopped(stop);
    }
  }
}

/// Others need not wait until they run out.
void durable_job::end_leases() const {
  if (!target_) {
    return;
  }
  counters_->leases = 0;
  const stop_after soon(std::chrono::seconds(2));
  try {
    target_->end_leases(soon.token());
  } catch (const error& e) {
    log::debug(events::database_unavailable,
               std::string("the leases of this process could not be ended: ") + log::redact(e.what()));
  }
}

void durable_job::run_once(bool fresh, const std::stop_token& stop) {
  has_directory_ = false;
  if (command_ != command::fetch) {
    target_ = std::make_shared<postgres_target>(target_options(settings_, counters_));
  }
  const auto run = std::make_shared<durable_run>(options(stop));
  has_directory_ = true;
  warn_of(settings_, command_);
  if (fresh) {
    run->start_over();
  }
  run->find();
  if (would_mix(*run)) {
    await_ledger(*run, stop);
  }
  if (would_mix(*run)) {
    log::info(events::run_read_anew,
              "what a process before had read of this run is given up, for the source may be another one now, and the "
              "table would be neither: all of it is read again",
              {{"pipeline", settings_.pipeline}, {"run_id", run->found().identity.run_id}});
    run->start_over();
    run->find();
  }
  run_id_ = run->found().identity.run_id;
  const bool is_next_sync = is_due_for_next_sync(*run, stop);
  if (is_next_sync) {
    const resumption& before = run->found();
    require_same_source(settings_, before.identity.pipeline, before.identity.plan);
    run->begin_next(settled(plan_of(settings_), before.watermark, before.identity.plan, stop));
  }
  const resumption from = run->found();
  report_.run_id = sought_ = from.identity.run_id;
  check_source(from);
  if (target_) {
    require_write_of(settings_, from.identity.plan);
  }
  if (is_shared(settings_) ? from.complete : has_nothing_to_do(*run)) {
    log::info(events::already_complete, "this run is complete already; --fresh --yes starts over",
              {{"pipeline", settings_.pipeline}, {"rows_loaded", from.rows_loaded}});
    report_.status = run_status::complete;
    compare_total(run->state());
    return;
  }
  // Of a run whose plan is still open, nothing has been read; opened so, its ledger would hold it to that plan.
  const std::string& plan_found = from.identity.plan;
  const bool is_open = leaves_sync_open(plan_found) || leaves_edges_open(plan_found) || leaves_present_open(plan_found);
  if (command_ == command::load && (finds_slices(plan_found) || reads_process(plan_found))) {
    throw error(errc::config, "what is in " + settings_.data_dir.string() + " is of a " +
                                  (finds_slices(plan_found) ? "connector" : "process") +
                                  ", and whether that is all of it, only ingest run knows: it goes on there");
  }
  if (command_ == command::load && (from.is_new || is_open)) {
    throw error(errc::config, "there is nothing in " + settings_.data_dir.string() +
                                  " to load: begin with ingest fetch, or set DATA_DIR to where a buffer is");
  }
  if (const auto check = from_of(settings_).check_beginning; check && from.is_new && command_ != command::load) {
    check(settings_);
  }
  if (command_ != command::load) {
    if (std::string plan = settled(from.identity.plan, from.watermark, "", stop); plan != from.identity.plan) {
      run->settle_plan(std::move(plan));
    }
  }
  has_taken_part_ = true;
  run->begin();
  run_id_ = from.identity.run_id;
  if (target_) {
    const std::string& plan = run->description().identity.plan;
    target_->complete_with(watermark_of(plan));
    if (goes_by_watermarks_of_slices(plan) || reads_process(plan)) {
      target_->complete_with_slices();
    }
  }
  const bool is_new = from.is_new || is_next_sync;
  log::info(is_new ? events::run_started : events::run_resumed,
            is_new ? "the run begins" : "the run goes on where it stood",
            {{"command", name_of(command_)},
             {"pipeline", settings_.pipeline},
             {"run_id", from.identity.run_id},
             {"plan", run->description().identity.plan},
             {"data_dir", settings_.data_dir.string()},
             {"rows_loaded", from.rows_loaded}});

  report_.partial = command_ == command::load && !from.fetched;
  std::optional<std::jthread> renewing;
  if (is_shared(settings_)) {
    renewing.emplace([this](const std::stop_token& done) { renew_leases(done); });
  }
  const stream_result result = [&] {
    actors::pipeline pipeline = assemble(run);
    return run_shown(pipeline, settings_, counters_, target_ != nullptr, from.rows_loaded, stop);
  }();
  if (target_ && target_->has_refused_emptiness()) {
    log::info(events::run_read_anew, "what this run has read is given up: the next one asks for all of it again");
    run->start_over();
  }
  take_result(report_, result);
  if (report_.status == run_status::complete && !is_shared(settings_)) {
    check_completion(*run);
    compare_total(run->state());
  }
}

/// Whoever cannot reach the database loses what he has in time, and finds out when he loads it. Once a term it is made
/// sure that nobody who has lost his leases keeps the others waiting.
void durable_job::renew_leases(const std::stop_token& done) const {
  constexpr unsigned times_a_term = 4;
  for (unsigned n = 1; wait_for(settings_.lease_term / times_a_term, done); ++n) {
    try {
      target_->renew_leases(done);
      if (n % times_a_term == 0) {
        target_->end_transactions_of_lost(done);
      }
    } catch (const error& e) {
      if (e.code() != errc::cancelled) {
        log::warning(events::leases_not_renewed, log::redact(e.what()), {{"pipeline", settings_.pipeline}});
      }
    }
  }
}

void durable_job::remember_failure() const {
  if (!target_ || run_id_.empty()) {
    return;
  }
  const stop_after soon(std::chrono::seconds(2));
  try {
    target_->remember_failure(run_id_, report_.exit_code,
                              report_.status == run_status::interrupted ? "stopped by a signal" : report_.error,
                              soon.token());
  } catch (const error& e) {
    log::debug(events::database_unavailable,
               std::string("why this run has ended is not in the ledger: ") + log::redact(e.what()));
  }
}

/// What is durable tells, so it makes no difference how many processes have read it, and the next start sees it again.
void durable_job::compare_total(const std::optional<run_state>& state) const {
  const bool ended = report_.status == run_status::complete && state && state->slices_left_out == 0;
  if (!ended || !reads_everything(state->identity.plan)) {
    return;
  }
  const auto total = announced_total_of(state->identity.plan, state->slices);
  report_.complete_but_short = total && total->is_short();
  check_total(total, settings_.strict_total, true);
}

/// Exit code 0 is a promise. All of it was said by this process to itself until now, so it looks once more, as the next
/// one would: the disk and the database have to say that nothing is left to do.
void durable_job::check_completion(durable_run& run) const {
  const resumption& now = run.find();
  if (!run.ledger_has_answered()) {
    log::warning(events::database_unavailable,
                 "everything is loaded, and the database has acknowledged it; it could not be asked once more");
    return;
  }
  const bool as_it_should_be = report_.partial              ? now.identity.run_id == report_.run_id
                               : command_ == command::fetch ? now.fetched
                                                            : now.complete;
  if (!as_it_should_be) {
    throw error(errc::bad_data,
                "the run came to its end, but looked at again it is not complete: DATA_DIR or the database was changed "
                "by somebody else, or set back, at the very end. Start again: what is missing is said then, or fetched "
                "and loaded");
  }
}

durable_run_options durable_job::options(std::stop_token stop) const {
  durable_run_options o;
  o.directory = settings_.data_dir;
  o.pipeline = settings_.pipeline;
  o.plan = command_ == command::load ? std::nullopt : std::optional(plan_of(settings_));
  o.slices = o.plan ? slices_in(*o.plan) : 1;
  o.settles = [s = settings_](const std::string& begun_with) { return settles(begun_with, s); };
  o.slices_in = slices_in;
  o.renews = reads_anew(settings_) && command_ == command::run;
  o.segment_bytes = settings_.segment_bytes;
  o.quota_bytes = settings_.buffer_quota_bytes;
  o.command = name_of(command_);
  o.repeatable = is_repeatable;
  o.ledger = target_;
  o.shares_slices = is_shared(settings_);
  o.stop = std::move(stop);
  return o;
}

/// Whether a table is to be replaced, and would have some rows of one state of the source and some of another. Of rows
/// that are merged, the next run finds what this one misses. That all slices have ended that were begun does not say
/// that there are no others.
bool durable_job::would_mix(const durable_run& run) const {
  const resumption& found = run.found();
  const bool is_over = found.complete || (run.state() && run.state()->status == run_status::complete);
  return command_ == command::run && settings_.write == disposition::replace && present_in(found.identity.plan) &&
         !found.is_new && !is_over && from_of(settings_).mixes_states != nullptr &&
         from_of(settings_).mixes_states(settings_);
}

/// Whether it is still the run of this directory that is to be given up, only the ledger knows: another host may have
/// completed it, and read on.
void durable_job::await_ledger(durable_run& run, const std::stop_token& stop) const {
  const auto until = std::chrono::steady_clock::now() + settings_.database_deadline;
  std::chrono::milliseconds pause(1'000);
  for (; target_ && !run.ledger_has_answered(); pause = std::min(2 * pause, std::chrono::milliseconds(30'000))) {
    if (std::chrono::steady_clock::now() >= until) {
      throw error(errc::unavailable,
                  "the database is away, and without it nobody knows whether what a process before had read of this "
                  "run is to be read anew");
    }
    if (!wait_for(pause, stop)) {
      throw_if_stopped(stop);
    }
    run.find();
  }
}

/// Nobody knows whether what is on standard input now is what the run has read from it.
void durable_job::check_source(const resumption& from) const {
  if (command_ == command::load || from_of(settings_).repeatable) {
    return;
  }
  if (!from.last.empty()) {
    throw error(errc::config,
                std::string("a run from standard input is in DATA_DIR or in the ledger already, ") +
                    (from.complete  ? "complete"
                     : from.fetched ? "not loaded yet"
                                    : "broken off") +
                    ", and cannot be resumed: ingest load loads what of it is in the buffer. For another input use "
                    "another PIPELINE and DATA_DIR; --fresh --yes starts over with the whole input (rows that are in "
                    "the table already are skipped then, unless WRITE says otherwise)");
  }
  log::warning(events::not_resumable,
               "standard input cannot be read again: if this run is broken off, it has to be started over with --fresh "
               "--yes and the whole input" +
                   std::string(settings_.write == disposition::append
                                   ? ", into an empty table, for with WRITE=append nothing tells what is there already"
                                   : ""));
}

/// Whoever has asked for what is new since a complete run, or for what there is now in place of what there was, gets
/// another run, the next sync.
bool durable_job::is_due_for_next_sync(const durable_run& run, const std::stop_token& stop) const {
  return (settings_.incremental || reads_anew(settings_)) && command_ == command::run && run.found().complete &&
         run.ledger_has_answered() && !has_taken_part_ && !was_begun_lately(run, stop);
}

/// By another process, which was asked for the same sync.
bool durable_job::was_begun_lately(const durable_run& run, const std::stop_token& stop) const {
  if (!is_shared(settings_) || settings_.sync_within.count() == 0) {
    return false;
  }
  const auto age = target_->look_for_work(run.found().identity.run_id, stop).age;
  return age && *age <= settings_.sync_within;
}

/// The plan with what it leaves open, which is found out; the sync before, if there was one, had `plan_before`.
std::string durable_job::settled(std::string plan, const std::string& watermark, const std::string& plan_before,
                                 const std::stop_token& stop) const {
  if (leaves_sync_open(plan)) {
    plan = plan_of(settings_, find_sync(settings_, watermark, plan_before, *counters_, stop));
  }
  if (leaves_present_open(plan)) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    plan = with_present(plan, std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  }
  if (from_of(settings_).divisible && leaves_edges_open(plan)) {
    plan = with_edges(plan, find_windows(settings_, plan, *counters_, stop));
  }
  return plan;
}

bool durable_job::has_nothing_to_do(const durable_run& run) const {
  // A process that was killed after its last commit has left the state behind, and perhaps segments: a run in which
  // nothing is left to read or to load sets both right.
  const bool state_says_so = run.state() && run.state()->status == run_status::complete;
  if (command_ == command::fetch) {
    return run.found().fetched && state_says_so;
  }
  return run.found().complete && state_says_so && (!run.buffer_has_pages() || settings_.keep_segments);
}

actors::pipeline durable_job::assemble(const std::shared_ptr<durable_run>& run) {
  actors::pipeline_builder builder = begin_pipeline(settings_, counters_);
  builder.durable(run);
  const std::string& plan = run->description().identity.plan;
  const std::size_t slices = slices_in(plan);
  if (command_ == command::load) {
    builder.slices(slices, reader_count(settings_, slices));
  } else {
    add_source(builder, settings_, plan, slices, target_, {run->found().unended.begin(), run->found().unended.end()});
  }
  if (target_) {
    const bool completes_run = command_ == command::run || run->found().fetched;
    builder.to([target = target_,
                completes_run](std::size_t loader) { return make_postgres_sink(target, loader, completes_run); },
               settings_.loaders);
  }
  actors::buffer_spec& buffer = *builder.spec().buffer;
  buffer.range_bytes = range_bytes(settings_, command_);
  buffer.range_delay = settings_.range_delay;
  buffer.keep_segments = settings_.keep_segments;
  buffer.shares_slices = is_shared(settings_);
  return builder.build();
}

}  // namespace ingest::app
