#include "buffer/recovery.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace ingest {

namespace {

constexpr const char* start_over = "; `start_over()` starts over (rows that are in the table already are skipped then)";

void check_identity(const run_identity& found, const char* where, const run_request& asked) {
  if (found.pipeline != asked.pipeline) {
    throw error(errc::bad_data, std::string(where) + " belongs to pipeline \"" + found.pipeline + "\", not to \"" +
                                    asked.pipeline + "\": set `pipeline` to " + found.pipeline +
                                    " to go on with it, or give this run another `directory`");
  }
  if (asked.plan && found.plan != *asked.plan) {
    throw error(errc::config, std::string(where) + " was started with other settings (" + found.plan + "; now " +
                                  *asked.plan +
                                  "): give this run a `pipeline` and a `directory` of its own; or use "
                                  "those settings to go on with that one" +
                                  start_over);
  }
}

void check_same_run(const run_identity& a, const char* where_a, const run_identity& b, const char* where_b) {
  if (a.run_id != b.run_id) {
    throw error(errc::bad_data, std::string(where_a) + " is of run " + a.run_id + ", but " + where_b + " of run " +
                                    b.run_id + ": they do not belong together. Put back the right `directory`" +
                                    start_over);
  }
}

/// Who the run is; what was given up by start_over() is taken out of `known`.
std::optional<run_identity> identify(const run_request& asked, witnesses& known, bool& replaces_ledger) {
  const auto& state = known.state;
  if (state) {
    check_identity(state->identity, "ingestion.state", asked);
  }
  if (known.buffer.identity) {
    check_identity(*known.buffer.identity, "the buffer in `directory`", asked);
    if (state) {
      check_same_run(state->identity, "ingestion.state", *known.buffer.identity, "the buffer in `directory`");
    }
  }
  std::optional<run_identity> local = known.buffer.identity;
  if (!local && state) {
    local = state->identity;
  }
  // start_over() gave up an earlier run. Whether the ledger knows that already, only the ledger can say; where pages of
  // the run were loaded it has known, and what stands in it now is not ours to replace.
  replaces_ledger = state && local && state->replaces_ledger && state->loaded.empty() &&
                    !(known.ledger && known.ledger->identity.run_id == local->run_id);
  if (replaces_ledger) {
    known.ledger.reset();
  }
  if (known.ledger) {
    check_identity(known.ledger->identity, "the pipeline in the database's ledger", asked);
    if (local) {
      check_same_run(*local, "`directory`", known.ledger->identity, "the database's ledger");
    }
    if (known.ledger->refusal) {
      throw *known.ledger->refusal;
    }
    return known.ledger->identity;
  }
  return local;
}

void check_no_gap(const page_set& covered, page_id through, bool ledger_knows_nothing) {
  if (const auto missing = covered.first_missing(through)) {
    throw error(errc::bad_data,
                "page " + std::to_string(*missing) + " of " + std::to_string(through) +
                    " is neither loaded nor in the buffer: " +
                    (ledger_knows_nothing ? "the database knows nothing of this run. It is another one than the run "
                                            "was loaded into, or was made anew; name the former one, or restore it"
                                          : "the database was set back to an older state, or files of `directory` were "
                                            "removed. Restore either") +
                    start_over);
  }
}

/// Where the ledger has pages that this directory has never heard of, another host has gone on from what was loaded
/// then, and numbered its pages like those that still wait here.
void check_not_overtaken(const witnesses& known) {
  page_id heard_of = known.state ? known.state->loaded.max() : 0;
  for (const slice_progress& s : known.buffer.slices) {
    heard_of = std::max(heard_of, s.last_page);
  }
  if (known.ledger->last_page <= heard_of) {
    return;
  }
  for (const page& p : known.buffer.pages) {
    if (!known.ledger->loaded.contains(p.id)) {
      throw error(errc::bad_data,
                  "page " + std::to_string(p.id) + " waits in the buffer, but the database's ledger has pages up to " +
                      std::to_string(known.ledger->last_page) +
                      ", of which this `directory` knows nothing: another host has gone on with the pipeline" +
                      (known.state ? "" : ", or ingestion.state, which would know, was removed") +
                      ". Go on there, or with an empty `directory`" + start_over);
    }
  }
}

/// The state's positions that can be believed without a ledger: those whose last page it knows to be loaded. A
/// position beyond may stand for pages that a power failure has taken from the buffer.
void advance_to_loaded(std::vector<slice_progress>& slices, const run_state& state) {
  for (const slice_progress& s : state.slices) {
    if (state.loaded.contains(s.last_page)) {
      slices.push_back(s);
    }
  }
}

page_set without(const page_set& all, const std::vector<page>& ascending) {
  page_set rest;
  auto next = ascending.begin();
  for (const auto& [first, last] : all.intervals()) {
    page_id from = first;
    for (; next != ascending.end() && next->id <= last; ++next) {
      if (next->id > from) {
        rest.insert(from, next->id - 1);
      }
      from = std::max(from, next->id + 1);
    }
    if (from <= last) {
      rest.insert(from, last);
    }
  }
  return rest;
}

/// The last page that any witness has known to be durable or loaded, and that must be somewhere therefore. What the
/// state alone calls durable is fetched again where it is gone, so it is not among them.
page_id last_accounted_for(const witnesses& known, const resumption& r, const page_set& covered) {
  page_id last = std::max(covered.max(), r.prior.last_page);
  // Also of a segment that is gone but for its index, as after an interrupted deletion: it was loaded then.
  for (const slice_progress& s : known.buffer.slices) {
    last = std::max(last, s.last_page);
  }
  if (known.state) {
    last = std::max(last, known.state->loaded.max());
  }
  return last;
}

/// Whether all of a run that was fetched is loaded.
bool all_loaded(const witnesses& known, const page_set& covered, page_id last) {
  const auto& state = known.state;
  if (state) {
    last = std::max(last, state->durable_page);
  }
  if (known.ledger) {
    return known.ledger->complete && known.ledger->loaded.contiguous_through() >= last;
  }
  return known.answer == ledger_answer::not_asked && state && state->status == run_status::complete &&
         covered.contiguous_through() >= last;
}

bool all_slices_done(const std::vector<slice_progress>& from_index, const std::vector<slice_progress>& from_others,
                     std::size_t slices) {
  std::map<slice_id, slice_progress> newest;
  for (const auto* list : {&from_index, &from_others}) {
    for (const slice_progress& s : *list) {
      auto& known = newest[s.slice];
      if (s.last_page >= known.last_page) {
        known = s;
      }
    }
  }
  return newest.size() >= slices &&
         std::all_of(newest.begin(), newest.end(), [](const auto& entry) { return entry.second.done; });
}

}  // namespace

resumption reconcile(const run_request& asked, const witnesses& given) {
  witnesses known = given;
  resumption r;
  const auto identity = identify(asked, known, r.replaces_ledger);
  r.is_new = !identity;
  r.identity = identity.value_or(run_identity{asked.pipeline, new_run_id(), asked.plan.value_or("")});

  page_set covered;
  if (known.ledger) {
    check_not_overtaken(known);
    r.loaded = known.ledger->loaded;
    r.rows_loaded = known.ledger->rows;
    r.duplicates_skipped = known.ledger->duplicates;
    r.rows_rejected = known.ledger->rejected;
    r.prior.slices = known.ledger->slices;
    r.prior.last_page = known.ledger->last_page;
    r.prior.last_segment = known.ledger->last_segment;
    covered = r.loaded;
  } else if (known.answer == ledger_answer::given) {
    // It knows nothing of the run, so nothing is loaded.
  } else if (known.state) {
    // Without the ledger nothing is known to be loaded for certain, so all that the buffer has is offered; the ledger
    // will refuse what it has. The state only fills in for segments that are gone, and the next state must do so too.
    r.loaded = without(known.state->loaded, known.buffer.pages);
    r.rows_loaded = known.state->rows_loaded;
    r.duplicates_skipped = known.state->duplicates_skipped;
    r.rows_rejected = known.state->rows_rejected;
    r.prior.last_page = known.state->loaded.max();
    advance_to_loaded(r.prior.slices, *known.state);
    covered = known.state->loaded;
  }
  if (known.state) {
    r.prior.last_segment = std::max(r.prior.last_segment, known.state->last_segment);
  }

  for (const page& p : known.buffer.pages) {
    covered.insert(p.id);
  }
  r.last_page = last_accounted_for(known, r, covered);
  const bool nobody_knows = !known.ledger && !known.state && known.answer != ledger_answer::given;
  if (!nobody_knows) {  // else what lies before the buffer may be loaded; completing will ask the ledger
    check_no_gap(covered, r.last_page, !known.ledger && known.answer == ledger_answer::given);
  }
  r.fetched = !r.is_new && all_slices_done(known.buffer.slices, r.prior.slices, asked.slices);
  r.complete = r.fetched && all_loaded(known, covered, r.last_page);
  return r;
}

void remember_ledger(run_state& s, const resumption& from) {
  s.loaded.insert(from.loaded);
  s.last_segment = std::max(s.last_segment, from.prior.last_segment);
  for (const slice_progress& loaded : from.prior.slices) {
    const auto known = std::find_if(s.slices.begin(), s.slices.end(),
                                    [&](const slice_progress& mine) { return mine.slice == loaded.slice; });
    if (known == s.slices.end()) {
      s.slices.push_back(loaded);
    } else if (known->last_page < loaded.last_page) {
      *known = loaded;
    }
  }
  s.rows_loaded = std::max(s.rows_loaded, from.rows_loaded);
  s.duplicates_skipped = std::max(s.duplicates_skipped, from.duplicates_skipped);
  s.rows_rejected = std::max(s.rows_rejected, from.rows_rejected);
}

std::string new_run_id() {
  std::random_device entropy;
  static constexpr char digits[] = "0123456789abcdef";
  std::string id;
  while (id.size() < 32) {
    id += digits[entropy() % 16];
  }
  return id;
}

}  // namespace ingest
