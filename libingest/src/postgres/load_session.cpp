#include "postgres/load_session.hpp"

#include <algorithm>
#include <set>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "postgres/grants.hpp"
#include "postgres/ledger_rows.hpp"
#include "postgres/ledger_tables.hpp"
#include "postgres/libpq_connection.hpp"
#include "postgres/postgres_ledger.hpp"
#include "postgres/slice_leases.hpp"

namespace ingest::detail {

namespace {

table_shape shape_of(const postgres_options& o) {
  if (o.initial_load && o.write == disposition::append) {
    throw error(errc::config, "`initial_load` is for tables that get a key, and `write` is append: leave it out");
  }
  if (o.initial_load && o.write == disposition::replace) {
    throw error(errc::config, "`initial_load` fills a table that is new, and `write` is replace: leave it out");
  }
  const bool has_key = o.typed && o.write != disposition::append;
  if (has_key && o.typed->key.empty() && o.write != disposition::replace) {
    throw error(errc::config,
                "`typed.key` names no field: name those that tell records apart, or let `write` be append or replace");
  }
  if (o.typed && !o.typed->version.empty() && o.write != disposition::merge) {
    throw error(errc::config,
                "`typed.version` tells which of two records is the newer one, where `write` is merge: leave "
                "it out, or let `write` be merge");
  }
  for (const std::string& field : has_key ? o.typed->key : std::vector<std::string>()) {
    if (!can_name_column(field)) {
      throw error(errc::config, "`typed.key` is \"" + field +
                                    "\", which cannot be the name of a column: it is empty, longer than 63 bytes, or "
                                    "PostgreSQL's or our own. Choose another field, or a table of (id, data)");
    }
  }
  table_shape shape = o.typed ? table_shape::of_members(*o.typed, o.write) : table_shape::of_events(o.write);
  shape.nuls = o.nuls;
  return shape;
}

}  // namespace

load_session::load_session(postgres_options o, connection_factory connect, std::optional<table_shape> shape)
    : options_(std::move(o)),
      database_(options_.url),
      table_(table_name::parse(options_.table)),
      shape_(shape ? *std::move(shape) : shape_of(options_)),
      connect_(std::move(connect)),
      outages_(database_.shown()),
      connections_([this](std::stop_token stop) { return make_connection(std::move(stop)); }),
      rejects_(options_.rejects_file, options_.pipeline),
      live_(options_) {
  if (options_.pipeline.empty() || options_.pipeline.find('\0') != std::string::npos) {
    throw error(errc::config, "the pipeline has no name: set `pipeline`");
  }
}

std::unique_ptr<postgres_connection> load_session::make_connection(std::stop_token stop) {
  const std::string application =
      options_.lease ? application_of(options_.lease->worker) : "ingest/" + options_.pipeline;
  libpq_connection::limits limits{options_.connect_timeout, options_.io_timeout};
  if (options_.lease) {
    // Whoever is stopped in a transaction keeps others waiting no longer.
    limits.has_name = true;
    limits.idle = std::max<std::chrono::milliseconds>(options_.lease->term, std::chrono::seconds(10));
  }
  auto made = connect_ ? connect_(application, std::move(stop))
                       : std::make_unique<libpq_connection>(database_, application, limits, std::move(stop));
  outages_.connected();
  return made;
}

void load_session::expect(run_identity who, bool replace) {
  if (who.pipeline != options_.pipeline) {
    throw error(
        errc::internal,
        "a run of pipeline \"" + who.pipeline + "\" was given to the database target of \"" + options_.pipeline + "\"",
        false);
  }
  const std::lock_guard lock(mutex_);
  if (opened_ && opened_->identity != who) {
    throw error(errc::internal, "the database target is open for another run", false);
  }
  expected_ = {std::move(who), replace, known_pages_};
}

void load_session::compare_with(known_pages pages) {
  std::sort(pages.buffered.begin(), pages.buffered.end(),
            [](const page& a, const page& b) { return a.slice < b.slice; });
  const std::lock_guard lock(mutex_);
  known_pages_ = std::make_shared<const known_pages>(std::move(pages));
}

const opened_target& load_session::ensure_open(postgres_connection& c, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [this] { return !opening_; })) {
    throw_if_stopped(stop);
  }
  if (opened_) {
    return *opened_;
  }
  if (!expected_) {
    throw error(errc::internal, "the database target was not told which run to load", false);
  }
  opening_ = true;
  const expectation e = *expected_;
  lock.unlock();
  std::optional<opened_target> result;
  std::exception_ptr failure;
  try {
    result = open(c, e);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  opening_ = false;
  changed_.notify_all();
  if (failure) {
    std::rethrow_exception(failure);
  }
  opened_ = std::move(result);
  live_.begin(opened_->target);
  for (const auto& [slice, last] : e.pages ? e.pages->last : std::map<slice_id, page_id>()) {
    if (const ledger_slice* ours = options_.lease ? nullptr : opened_->ledger.find(slice)) {
      fences_[slice] = ours->fence;
    }
  }
  return *opened_;
}

void load_session::require_access(postgres_connection& c) const {
  check_ledger_shape(c);
  require_grants(c, table_, shape_);
}

opened_target load_session::open(postgres_connection& c, const expectation& e) const {
  c.run(c.begin());
  if (options_.lease && ledger_is_current(c)) {
    end_transactions_of_lost(c, e.identity.pipeline, options_.lease->term);  // they would keep us waiting
  }
  if (shape_.write == disposition::replace) {
    // Another process may complete the run, or give it up, and a session of ours that was lost may open it still: not
    // while we look which tables there are.
    queue_up(c, e.identity.pipeline, {}, true);
  }
  target_table target = prepare(c, e.identity.run_id);
  std::vector<slice_id> known;
  if (e.pages && !options_.lease) {  // whose slices are others', too
    for (const auto& [slice, last] : e.pages->last) {
      known.push_back(slice);
    }
  }
  queue_up(c, e.identity.pipeline, known, e.replace);
  open_pipeline(c, e.identity, target,
                succession{e.replace, e.pages ? e.pages->follows : "", e.pages && e.pages->yields});
  if (e.pages) {
    claim_slices(c, e.identity.pipeline, known, *e.pages, e.pages->ledger_seen);
  }
  ledger_view ledger = view_of_opened(c, e.identity, target, known);
  std::string first = first_transaction(c, e.identity.pipeline);
  // Should this answer get lost, opening again raises the fences once more, which harms nobody.
  c.execute("COMMIT");
  if (target.created) {
    const std::string table = target.schema + "." + target.replacement.value_or(target.table);
    log::info(events::table_created, "created table " + table, {{"table", table}});
  }
  return {e.identity, std::move(ledger), std::move(target), std::move(first)};
}

void load_session::look_at_table_again(postgres_connection& c, const std::shared_ptr<const target_table>& seen) {
  live_.look_again(c, seen, [&] { return prepare(c, opened()->identity.run_id); });
}

const opened_target* load_session::opened() const {
  const std::lock_guard lock(mutex_);
  return opened_ ? &*opened_ : nullptr;
}

std::vector<slice_id> load_session::without_fence(std::span<const slice_id> slices) const {
  std::vector<slice_id> missing;
  const std::lock_guard lock(mutex_);
  std::copy_if(slices.begin(), slices.end(), std::back_inserter(missing),
               [this](const slice_id& s) { return !fences_.contains(s); });
  return missing;
}

/// Tells where they stand then.
std::vector<ledger_slice> load_session::claim_in_transaction(postgres_connection& c, std::span<const slice_id> slices,
                                                             bool ledger_seen) {
  if (slices.empty()) {
    return {};
  }
  if (options_.lease) {
    return lease_in_transaction(c, slices);
  }
  std::shared_ptr<const known_pages> known;
  {
    const std::lock_guard lock(mutex_);
    known = known_pages_ ? known_pages_ : std::make_shared<const known_pages>();
  }
  c.run(c.begin());
  queue_up(c, options_.pipeline, slices, false);
  lock_pipeline(c, opened()->identity, "KEY SHARE");
  claim_slices(c, options_.pipeline, slices, *known, ledger_seen);
  std::vector<ledger_slice> now = read_slices(c, options_.pipeline, slices);
  // Should this answer get lost, claiming again raises the fences once more.
  c.execute("COMMIT");
  const std::lock_guard lock(mutex_);
  for (const ledger_slice& s : now) {
    fences_[s.gapless.slice] = s.fence;
  }
  return now;
}

/// Of those that another process has a lease of, nothing is told. All are of such a kind once the run is complete: what
/// others have done of it is all there was.
std::vector<ledger_slice> load_session::lease_in_transaction(postgres_connection& c, std::span<const slice_id> slices) {
  const std::string& pipeline = options_.pipeline;
  c.run(c.begin());
  lock_pipeline(c, opened()->identity, "KEY SHARE");
  std::vector<slice_id> ours;
  if (!is_complete(c, pipeline, opened()->identity.run_id)) {
    ours = lease_slices(c, pipeline, *options_.lease, slices);
    // Nothing of these slices is in our buffer: what was of an earlier lease has been given up with it.
    check_claimed(c, pipeline, ours, {}, true);
  }
  const std::set<slice_id> leased(ours.begin(), ours.end());
  std::vector<ledger_slice> now = read_slices(c, pipeline, slices);
  // Should this answer get lost, the slices are ours, and nobody reads them until the lease has run out.
  c.execute("COMMIT");
  std::erase_if(now, [&](const ledger_slice& s) { return !s.gapless.done && !leased.contains(s.gapless.slice); });
  const std::lock_guard lock(mutex_);
  for (const ledger_slice& s : now) {
    fences_[s.gapless.slice] = s.fence;
    if (!s.gapless.done) {
      leased_.insert(s.gapless.slice);
    }
  }
  options_.counters->leases = leased_.size();
  return now;
}

std::vector<slice_id> load_session::leased() const {
  const std::lock_guard lock(mutex_);
  return {leased_.begin(), leased_.end()};
}

slice_fences load_session::fences_of(postgres_connection& c, const std::vector<page>& pages) {
  std::set<slice_id> slices;
  for (const page& p : pages) {
    slices.insert(p.slice);
  }
  // One at a time: of two loaders that claim the same slice, the later one would fence off the earlier.
  const std::lock_guard one_at_a_time(claiming_);
  claim_in_transaction(c, without_fence(std::vector<slice_id>(slices.begin(), slices.end())), false);
  const std::lock_guard lock(mutex_);
  slice_fences fences;
  for (const slice_id& s : slices) {
    const auto ours = fences_.find(s);
    if (ours == fences_.end()) {
      throw error(errc::locked, "another process has a lease of " + to_string(s) + " of pipeline \"" +
                                    options_.pipeline + "\", which this one had once");
    }
    fences[s] = ours->second;
  }
  return fences;
}

slice_fences load_session::all_fences() const {
  const std::lock_guard lock(mutex_);
  return fences_;
}

void load_session::note_ended(const std::vector<slice_id>& slices) {
  constexpr std::size_t most_remembered = 10'000;  // more than are on their way between a commit and its answer
  const std::lock_guard lock(mutex_);
  ended_.insert(ended_.end(), slices.begin(), slices.end());
  for (const slice_id& s : slices) {
    leased_.erase(s);
  }
  options_.counters->leases = leased_.size();
  for (; ended_.size() > most_remembered; ended_.pop_front()) {
    fences_.erase(ended_.front());
  }
}

std::vector<slice_progress> load_session::claim(postgres_connection& c, std::span<const slice_id> slices) {
  const std::lock_guard one_at_a_time(claiming_);
  // Those that have ended nobody has to make his own: a run that is begun again may come past very many of them.
  std::map<slice_id, ledger_slice> found;
  for (const ledger_slice& s : read_slices(c, options_.pipeline, slices)) {
    found[s.reached.slice] = s;
  }
  const std::size_t most = options_.lease ? options_.lease->at_once : run_ledger::most_claimed;
  std::vector<slice_id> open;
  std::size_t asked = 0;
  for (; asked < slices.size() && open.size() < most; ++asked) {
    if (const auto known = found.find(slices[asked]); known == found.end() || !known->second.gapless.done) {
      open.push_back(slices[asked]);
    }
  }
  const std::vector<slice_id> unclaimed = without_fence(open);
  std::set<slice_id> elsewhere;
  if (options_.lease) {
    elsewhere.insert(unclaimed.begin(), unclaimed.end());
  }
  for (const ledger_slice& s : claim_in_transaction(c, unclaimed, true)) {
    found[s.reached.slice] = s;
    elsewhere.erase(s.reached.slice);
  }
  std::vector<slice_progress> progress(asked);
  for (std::size_t i = 0; i < asked; ++i) {
    progress[i].slice = slices[i];
    if (const auto known = found.find(slices[i]); known != found.end()) {
      progress[i] = known->second.reached;
    }
    progress[i].elsewhere = elsewhere.contains(slices[i]);
  }
  return progress;
}

void load_session::check_still_ours(const std::optional<ledger_view>& view, const slice_fences& fences) const {
  const std::lock_guard lock(mutex_);
  if (!opened_) {
    return;
  }
  bool ours = view && view->identity.run_id == opened_->identity.run_id;
  for (const auto& [slice, fence] : fences) {
    const ledger_slice* now = ours ? view->find(slice) : nullptr;
    ours = ours && (now == nullptr || now->fence == fence);
  }
  if (!ours) {
    throw error(errc::locked,
                "another process has taken over pipeline \"" + options_.pipeline + "\": this one must end");
  }
}

void load_session::expect_slices(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  expected_slices_ = std::max(expected_slices_, count);
}

void load_session::complete_with(std::string watermark) {
  const std::lock_guard lock(mutex_);
  watermarks_.of_run = std::move(watermark);
}

void load_session::complete_with_slices() {
  const std::lock_guard lock(mutex_);
  watermarks_.of_slices = true;
}

run_watermarks load_session::watermarks() const {
  const std::lock_guard lock(mutex_);
  return watermarks_;
}

std::uint64_t load_session::expected_slices() const {
  const std::lock_guard lock(mutex_);
  return expected_slices_;
}

std::map<slice_id, page_id> load_session::known_last_pages() const {
  const std::lock_guard lock(mutex_);
  return known_pages_ ? known_pages_->last : std::map<slice_id, page_id>();
}

void load_session::complete_once(const std::function<counted_rows()>& work) {
  const std::lock_guard one_at_a_time(completing_);
  if (!completed()) {
    const counted_rows rows = work();
    const std::lock_guard lock(mutex_);
    completed_ = rows;
  }
}

std::optional<counted_rows> load_session::completed() const {
  const std::lock_guard lock(mutex_);
  return completed_;
}

refused_alike load_session::last_refused() const {
  const std::lock_guard lock(mutex_);
  return last_refused_;
}

void load_session::note_committed(const load_outcome& done) {
  const std::lock_guard lock(mutex_);
  if (!done.rejected.empty() && first_reject_.empty()) {
    first_reject_ = done.rejected.front().message + " (SQLSTATE " + done.rejected.front().sqlstate + ")";
  }
  if (!done.table_took_some && done.last.sqlstate == last_refused_.sqlstate) {
    last_refused_.rows += done.last.rows;
  } else if (done.table_took_some || done.last.rows > 0) {
    last_refused_ = done.last;
  }
}

std::string load_session::first_reject() const {
  const std::lock_guard lock(mutex_);
  return first_reject_;
}

void load_session::check_rejects(std::uint64_t rejected, const rejected_row& last) const {
  if (rejected <= options_.reject_limit) {
    return;
  }
  throw error(errc::bad_data, "the table refuses more rows than the limit of " + std::to_string(options_.reject_limit) +
                                  " allows; see " + options_.rejects_file.string() + ". Row " +
                                  std::to_string(last.row) + " of " + to_string(*last.of) + ": " + last.message +
                                  " (SQLSTATE " + last.sqlstate + ")");
}

}  // namespace ingest::detail
