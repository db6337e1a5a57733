#include "buffer/run_in_directory.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::detail {

namespace {

/// Whether pages are gone that an index tells of.
bool lacks_pages(const disk_buffer::contents& buffer) {
  std::uint64_t told = 0;
  for (const slice_progress& s : buffer.slices) {
    told += s.pages;
  }
  return buffer.pages.size() < told;
}

}  // namespace

run_in_directory::run_in_directory(durable_run_options o)
    : options_(std::move(o)), files_(options_.files ? *options_.files : posix_file_system()) {
  if (!options_.files) {
    lock_.emplace(options_.directory);
  }
  forget_leased();
  asked_.pipeline = options_.pipeline;
  asked_.plan = options_.plan;
  asked_.slices = options_.plan ? options_.slices : 1;
}

/// What a process that shares a run has here is of slices that others have by now: it can be read again, and is given
/// up by whoever comes next. What is of a process alone is not thrown away. Should the process die in here, the next
/// one comes here again.
void run_in_directory::forget_leased() {
  const auto mark = directory() / "shared_run";
  if (!options_.shares_slices && !files_.exists(mark)) {
    return;
  }
  const std::vector<std::string> names = files_.list(directory());
  const bool is_empty = std::none_of(names.begin(), names.end(), [](const std::string& n) {
    return n.starts_with("events_buffer.") || n == "ingestion.state";
  });
  if (!files_.exists(mark)) {
    look_at_state();
    const bool is_over = known_.state && known_.state->status == run_status::complete &&
                         known_.state->command != "fetch" && disk_buffer::inspect(files_, directory()).pages.empty();
    if (!is_empty && !is_over) {
      throw error(errc::config,
                  directory().string() +
                      " has what one process alone has begun to read, and a run that is shared would throw it "
                      "away: finish that one first, or give this run a `directory` of its own");
    }
    files_.create(mark)->sync();
    files_.sync_directory(directory());
  }
  if (!is_empty) {
    log::info(events::run_given_up,
              "what is left here of a run that was shared is read again by whoever has its slices");
  }
  remove_buffer();
  state_store(files_, directory()).remove();
  known_.state.reset();
  if (!options_.shares_slices) {
    files_.remove(mark);
    files_.sync_directory(directory());
  }
}

void run_in_directory::start_over() {
  // The new state first: segments of another run beside it are recognised as left-overs, whereas an old state without
  // its segments would look like a loss.
  save_new_run(options_.plan.value_or(""), true);
  remove_old_run();
}

/// The rejects first, which would otherwise be taken for those of the next sync. Where the process dies behind the new
/// state, the next start finds a run that has brought nothing yet, and left-overs of another one.
void run_in_directory::begin_next(const std::string& plan) {
  keep_rejects();
  save_new_run(plan, true, found_.identity.run_id);
  remove_buffer();
  find();
}

void run_in_directory::save_new_run(const std::string& plan, bool replaces_ledger, const std::string& follows) {
  run_state fresh;
  fresh.identity = {options_.pipeline, new_run_id(), plan};
  fresh.status = run_status::interrupted;
  fresh.replaces_ledger = replaces_ledger;
  fresh.follows = follows;
  fresh.yields = !follows.empty();
  fresh.started_at = fresh.updated_at = timestamp_now();
  state_store(files_, directory()).save(fresh);
}

/// The rejects first: as long as segments are there, the next start comes here again.
void run_in_directory::remove_old_run() {
  keep_rejects();
  remove_buffer();
}

/// Nobody else has the rows that were set aside.
void run_in_directory::keep_rejects() {
  const auto rejects = directory() / "events_rejected.ndjson";
  if (!files_.exists(rejects)) {
    return;
  }
  const auto numbered = [this](unsigned n) {
    return directory() / ("events_rejected." + std::to_string(n) + ".ndjson");
  };
  unsigned n = 1;
  while (files_.exists(numbered(n))) {
    ++n;
  }
  files_.rename(rejects, numbered(n));
  files_.sync_directory(directory());
  log::info(events::rejects_kept, "the rows that the run before had set aside are kept",
            {{"file", numbered(n).string()}});
}

/// The indexes last: one without its segment is what an interrupted deletion leaves, a segment without its index is
/// damage.
void run_in_directory::remove_buffer() {
  // A state that says so may have got its name from a process that was killed before it had made that durable.
  files_.sync_directory(directory());
  for (const bool indexes : {false, true}) {
    for (const std::string& name : files_.list(directory())) {
      if (name.starts_with("events_buffer.") && name.ends_with(".idx") == indexes) {
        files_.remove(directory() / name);
      }
    }
    files_.sync_directory(directory());
  }
}

void run_in_directory::look_at_state() {
  known_.state.reset();
  try {
    known_.state = state_store(files_, directory()).load();
  } catch (const error& e) {
    if (e.code() != errc::bad_data) {
      throw;
    }
    log::warning(events::state_rebuilt, std::string(e.what()) + "; going on from the buffer's index and the ledger");
  }
}

void run_in_directory::look_at_buffer() {
  known_.buffer = disk_buffer::inspect(files_, directory());
  const auto& state = known_.state;
  if (state && state->replaces_ledger && known_.buffer.identity &&
      known_.buffer.identity->run_id != state->identity.run_id) {
    remove_old_run();  // start_over() was interrupted after its first step
    known_.buffer = {};
  }
  const bool repeatable = !options_.repeatable || (state && options_.repeatable(state->identity.plan));
  if (state && state->yields && state->loaded.empty() && repeatable && lacks_pages(known_.buffer)) {
    remove_buffer();  // give_way() was interrupted: nothing of this run was loaded, so nobody else removes segments
    known_.buffer = {};
  }
  if (known_.buffer.torn_bytes > 0) {
    log::info(events::torn_tail_removed,
              "the last process was interrupted while appending; the unfinished pages are fetched again",
              {{"bytes", known_.buffer.torn_bytes}});
  }
}

void run_in_directory::look_at_ledger() {
  known_.ledger.reset();
  is_followed_ = false;
  known_.answer = options_.ledger ? ledger_answer::none : ledger_answer::not_asked;
  if (!options_.ledger) {
    return;
  }
  try {
    known_.ledger = options_.ledger->peek(slices_known_here(), options_.stop);
    leave_out_what_is_ahead();
    is_followed_ = was_followed();
    known_.answer = ledger_answer::given;
  } catch (const error& e) {
    if (e.code() != errc::unavailable || options_.shares_slices) {
      throw;
    }
    if (!std::exchange(outage_logged_, true)) {
      log::warning(events::database_unavailable, std::string(e.what()) + "; going on without it, loading waits");
    }
  }
}

/// Other processes load their slices' pages in any order. What is missing there is in their buffers, and comes again
/// where it is lost with them.
void run_in_directory::leave_out_what_is_ahead() {
  if (!options_.shares_slices || !known_.ledger) {
    return;
  }
  for (ledger_slice& s : known_.ledger->slices) {
    s.reached = s.gapless;
    s.loaded = {};
    if (s.gapless.pages > 0) {
      s.loaded.insert(1, s.gapless.pages);
    }
  }
}

/// What the next sync follows is there, and complete. Where the database was set back to before that, it gives way.
bool run_in_directory::can_follow() const {
  return known_.ledger->identity.run_id == known_.state->follows && known_.ledger->complete;
}

/// With an empty directory and a database that was away nobody knew of the run that the ledger has. Nothing of ours is
/// loaded, and it can be read again: it is given up, by a run that reads. Rejects stay, for they can only be of the run
/// in the ledger. If the process dies in here, the next start comes here again.
void run_in_directory::give_way() {
  const auto& state = known_.state;
  if (!asked_.plan || !state || !state->yields || !state->loaded.empty() || !known_.ledger ||
      known_.ledger->identity.run_id == state->identity.run_id || can_follow() ||
      (options_.repeatable && !options_.repeatable(state->identity.plan))) {
    return;
  }
  if (begun_) {
    throw error(errc::locked, "the ledger of pipeline \"" + options_.pipeline +
                                  "\" has an earlier run, of which nobody knew when this one began without the "
                                  "database: start again to go on with that one");
  }
  const bool was_late = !state->follows.empty();
  log::write(was_late || is_followed_ ? log::level::info : log::level::warning, events::run_given_up,
             is_followed_
                 ? "this run is complete, and another process has begun the pipeline's next sync: going on with that"
             : was_late ? "another process was faster to begin the pipeline's next sync: going on with that"
                        : "this run began while the database was away, and its ledger has an earlier one of this "
                          "pipeline: going on with that; what was fetched since is fetched again",
             {{"run_id", known_.ledger->identity.run_id}, {"given_up", state->identity.run_id}});
  forget_positions();
  remove_buffer();
  known_.buffer = {};
  known_.state.reset();
}

/// No state tells of pages that are removed next.
void run_in_directory::forget_positions() {
  run_state nothing_read = *known_.state;
  nothing_read.slices.clear();
  nothing_read.rows_fetched = nothing_read.rows_durable = 0;
  try {
    state_store(files_, directory()).save(nothing_read);
  } catch (const error& e) {
    if (e.code() != errc::no_space) {  // what is removed next makes room
      throw;
    }
  }
}

/// Whether another host has completed the run that is known here, and begun the next sync.
bool run_in_directory::was_followed() const {
  const run_identity* here = known_.state             ? &known_.state->identity
                             : known_.buffer.identity ? &*known_.buffer.identity
                                                      : nullptr;
  return known_.ledger && here != nullptr && known_.ledger->identity.run_id != here->run_id &&
         here->pipeline == options_.pipeline && options_.ledger->was_followed(here->run_id, options_.stop);
}

/// What is here of a run that was complete is of no more use: it gives way to the one in the ledger, as if that had
/// turned out to be there.
void run_in_directory::give_way_to_next_sync() {
  if (!asked_.plan || begun_ || !is_followed_) {
    return;
  }
  keep_rejects();
  if (!known_.state) {
    known_.state.emplace();
    known_.state->identity = *known_.buffer.identity;
  }
  known_.state->yields = true;
  known_.state->follows.clear();
  known_.state->loaded = {};
}

/// Settings that a run has brought nothing with, a mistyped address perhaps, hold nobody to them: it begins anew with
/// those of today.
void run_in_directory::drop_empty_run() {
  const auto& state = known_.state;
  const auto& ledger = known_.ledger;
  if (begun_ || !state || !asked_.plan) {
    return;
  }
  const bool other_plan = state->identity.pipeline == options_.pipeline && state->identity.plan != *asked_.plan &&
                          !settles(state->identity);
  const bool empty =
      state->rows_left_out == 0 && state->loaded.empty() && known_.buffer.pages.empty() &&
      std::all_of(state->slices.begin(), state->slices.end(), [](const slice_progress& s) { return s.pages == 0; });
  const bool alone =
      known_.answer != ledger_answer::none &&
      (!ledger || state->replaces_ledger || (ledger->identity.run_id == state->identity.run_id && ledger->pages == 0));
  // A sync stands for those before it: whatever it has brought itself, it holds people to its settings.
  const bool is_sync = !state->follows.empty() || (ledger && ledger->identity.run_id == state->identity.run_id &&
                                                   (ledger->rows_before > 0 || !ledger->watermark.empty()));
  if (!other_plan || !empty || !alone || is_sync) {
    return;
  }
  // Only the ledger's own entry of this run is replaced. What else may be in it, where it was not asked or by the time
  // that it is taken over, is somebody's work.
  const bool is_in_ledger = ledger.has_value();
  remove_old_run();
  save_new_run(options_.plan.value_or(""), is_in_ledger || state->replaces_ledger);
  look_at_state();
  look_at_buffer();
}

/// A run that is complete holds nobody to its plan who begins another one; the one that has been written down to follow
/// it does, though the ledger does not have it yet.
bool run_in_directory::settles(const run_identity& known) const {
  const bool is_over =
      options_.renews && known_.ledger && known_.ledger->complete && known_.ledger->identity.run_id == known.run_id;
  return is_over || (options_.settles && options_.settles(known.plan));
}

// The ledger of a run that start_over() gave up is not asked: there is a state then.
void run_in_directory::adopt_plan() {
  const run_identity* known = nullptr;
  if (known_.buffer.identity) {
    known = &*known_.buffer.identity;
  } else if (known_.state) {
    known = &known_.state->identity;
  } else if (known_.ledger) {
    known = &known_.ledger->identity;
  }
  if (asked_.plan && (known == nullptr || !settles(*known))) {
    return;
  }
  if (asked_.plan) {
    asked_.plan = known->plan;
  }
  if (known != nullptr && options_.slices_in) {
    asked_.slices = options_.slices_in(known->plan);
  }
}

std::vector<slice_id> run_in_directory::slices_known_here() const {
  std::set<slice_id> known;
  for (const slice_progress& s : known_.buffer.slices) {
    known.insert(s.slice);
  }
  if (known_.state) {
    for (const slice_progress& s : known_.state->slices) {
      known.insert(s.slice);
    }
  }
  return {known.begin(), known.end()};
}

known_pages run_in_directory::what_is_known(bool ledger_seen) const {
  return {known_.buffer.pages, found_.last, ledger_seen, description_.yields, description_.follows};
}

/// Of a ledger that is not to be forgotten.
std::string run_in_directory::watermark() const {
  const auto& state = known_.state;
  const bool forgets = found_.replaces_ledger && state && state->follows.empty();
  return known_.ledger && !forgets ? known_.ledger->watermark : "";
}

const resumption& run_in_directory::find() {
  look_at_state();
  look_at_buffer();
  look_at_ledger();
  if (begun_ && is_followed_) {
    found_.complete = found_.fetched = true;  // by us or another, and followed already
    return found_;
  }
  give_way_to_next_sync();
  give_way();
  drop_empty_run();
  adopt_plan();
  found_ = reconcile(asked_, known_);
  found_.watermark = watermark();
  if (!options_.ledger && known_.state) {
    found_.loaded = known_.state->loaded;  // nobody knows better
  }
  return found_;
}

void run_in_directory::settle_plan(std::string plan) {
  found_.identity.plan = plan;
  if (options_.slices_in) {
    asked_.slices = options_.slices_in(plan);
  }
  asked_.plan = std::move(plan);
}

void run_in_directory::begin() {
  description_ = known_.state.value_or(run_state{});
  if (description_.started_at.empty() || found_.is_new) {
    description_.started_at = timestamp_now();
  }
  description_.identity = found_.identity;
  description_.command = options_.command;
  description_.status = run_status::running;
  description_.error.clear();
  description_.replaces_ledger = found_.replaces_ledger;
  if (!found_.replaces_ledger) {
    description_.follows.clear();
  }
  // Until the ledger is ours, another process may have made it another one's.
  description_.yields = options_.ledger && (found_.is_new || description_.yields || !description_.follows.empty() ||
                                            options_.shares_slices);
  description_.updated_at = timestamp_now();
  // The run's identity is on disk before anything of the run is: in the ledger, or in an index.
  state_store store(files_, directory());
  store.save(description_);
  known_.state = description_;
  begun_ = true;
  only_ledger_knows_ = description_.slices_left_out > 0;
  if (!options_.ledger) {
    return;
  }
  options_.ledger->expect_slices(asked_.slices);
  options_.ledger->compare_with(what_is_known(known_.answer == ledger_answer::given));
  if (known_.answer == ledger_answer::given) {
    open_ledger();
    try {
      store.save(description_);
    } catch (const error& e) {
      if (e.code() != errc::no_space) {
        throw;
      }
      // It is missed only by a start that finds neither a later state nor the ledger.
      log::warning(events::state_not_saved, e.what());
    }
  } else {
    options_.ledger->expect(found_.identity, found_.replaces_ledger);
  }
}

/// Until now another host may have loaded more of what is known here; from now on none can.
void run_in_directory::open_ledger() {
  known_.ledger = options_.ledger->open_run(found_.identity, found_.replaces_ledger, options_.stop);
  leave_out_what_is_ahead();
  description_.yields = false;
  description_.replaces_ledger = false;
  description_.follows.clear();
  remember_ledger(description_, reconcile(asked_, known_));
  only_ledger_knows_ = description_.slices_left_out > 0;
}

std::vector<slice_progress> run_in_directory::take(std::span<const slice_id> slices, std::stop_token stop) {
  // Which slices have ended it may be the only one to know.
  if (options_.ledger && (only_ledger_knows_ || options_.shares_slices)) {
    return options_.ledger->claim(slices, run_ledger::outages::are_waited_for, std::move(stop));
  }
  if (options_.ledger && options_.ledger->is_open()) {
    try {
      return options_.ledger->claim(slices, run_ledger::outages::are_told, std::move(stop));
    } catch (const error& e) {
      if (e.code() != errc::unavailable) {
        throw;
      }
    }
  }
  // What is known here the buffer knows, too.
  std::vector<slice_progress> at_their_beginning;
  for (const slice_id& s : slices) {
    at_their_beginning.emplace_back().slice = s;
  }
  return at_their_beginning;
}

recovered_buffer run_in_directory::open_buffer() {
  find();
  if (options_.ledger && known_.answer == ledger_answer::given) {
    // Also of slices that come to be ours later: what waits for them here may have been read when nobody knew of
    // others.
    options_.ledger->compare_with(what_is_known(false));
    if (!options_.ledger->is_open()) {
      options_.ledger->open_run(found_.identity, found_.replaces_ledger, options_.stop);
    }
  }
  only_ledger_knows_ = found_.slices_left_out > 0;
  disk_buffer::options o;
  o.directory = directory();
  o.segment_bytes = options_.segment_bytes;
  o.quota_bytes = options_.quota_bytes;
  recovered_buffer recovered;
  recovered.buffer = std::make_unique<disk_buffer>(files_, o, found_.identity, found_.prior);
  recovered.loaded = found_.loaded;
  recovered.slices_left_out = found_.slices_left_out;
  recovered.rows_left_out = found_.rows_left_out;
  recovered.rows_loaded = found_.rows_loaded;
  recovered.duplicates_skipped = found_.duplicates_skipped;
  recovered.rows_rejected = found_.rows_rejected;
  return recovered;
}

}  // namespace ingest::detail
