#include "buffer/recovery.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace ingest {

namespace {

constexpr const char* start_over =
    "; `start_over()` starts over (rows that are in the table already come again: by their key they are skipped or "
    "merged, without one they are there "
    "twice)";

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
                                    b.run_id +
                                    ": they do not belong together. Put back the right `directory`; or, if the "
                                    "database was set back to an older state, go on from that with an empty one" +
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
    if (local) {  // first: another run may have another plan
      check_same_run(*local, "`directory`", known.ledger->identity, "the database's ledger");
    }
    check_identity(known.ledger->identity, "the pipeline in the database's ledger", asked);
    if (known.ledger->refusal) {
      throw *known.ledger->refusal;
    }
    return known.ledger->identity;
  }
  return local;
}

/// What the witnesses know of one slice.
struct slice_testimony {
  slice_id slice;
  const slice_progress* indexed = nullptr;  // by the buffer's indexes, also of a segment that is gone but for its index
  const slice_progress* noted = nullptr;    // by the state
  const ledger_slice* entered = nullptr;    // in the ledger
  page_set noted_loaded;
  page_set buffered;
  const page* another = nullptr;  // waits here under the number of the last page that the ledger has folded

  /// The last page that this directory has ever heard of.
  page_id heard_of() const { return std::max({indexed ? indexed->pages : 0, noted_loaded.max(), buffered.max()}); }
};

using testimonies = std::map<slice_id, slice_testimony>;

testimonies hear(const witnesses& known) {
  testimonies all;
  const auto of = [&all](const slice_id& s) -> slice_testimony& {
    slice_testimony& t = all[s];
    t.slice = s;
    return t;
  };
  for (const slice_progress& s : known.buffer.slices) {
    of(s.slice).indexed = &s;
  }
  if (known.state) {
    for (const slice_progress& s : known.state->slices) {
      of(s.slice).noted = &s;
    }
    for (const auto& [slice, pages] : known.state->loaded.slices()) {
      of(slice).noted_loaded = pages;
    }
  }
  if (known.ledger) {
    for (const ledger_slice& s : known.ledger->slices) {
      of(s.reached.slice).entered = &s;
    }
  }
  for (const page& p : known.buffer.pages) {
    slice_testimony& t = of(p.slice);
    t.buffered.insert(p.id);
    if (t.entered != nullptr && differs_from_folded(p, t.entered->gapless)) {
      t.another = &p;
    }
  }
  return all;
}

/// Two hosts that went on with a pipeline, one of them while it could not know of the other, have numbered their pages
/// alike. Ours would pass for loaded.
void check_same_folded(const slice_testimony& t) {
  if (t.another != nullptr) {
    throw error(errc::bad_data, to_string(*t.another) +
                                    " waits in the buffer, but the database's ledger has another page of that number: "
                                    "another host has gone on with the pipeline. Go on there, or with an empty "
                                    "`directory`" +
                                    start_over);
  }
}

void check_no_gap(const slice_testimony& t, const page_set& covered, page_id through, bool ledger_knows_nothing) {
  if (const auto missing = covered.first_missing(through)) {
    throw error(errc::bad_data,
                "page " + std::to_string(*missing) + " of " + std::to_string(through) + " of " + to_string(t.slice) +
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
void check_not_overtaken(const slice_testimony& t, bool has_state) {
  const page_id loaded = t.entered->loaded.max();
  if (loaded <= t.heard_of()) {
    return;
  }
  for (const auto& [first, last] : t.buffered.intervals()) {
    for (page_id p = first; p <= last; ++p) {
      if (!t.entered->loaded.contains(p)) {
        throw error(errc::bad_data,
                    "page " + std::to_string(p) + " of " + to_string(t.slice) +
                        " waits in the buffer, but the database's ledger has pages up to " + std::to_string(loaded) +
                        ", of which this `directory` knows nothing: another host has gone on with the pipeline" +
                        (has_state ? "" : ", or ingestion.state, which would know, was removed") +
                        ". Go on there, or with an empty `directory`" + start_over);
      }
    }
  }
}

page_set without(page_set all, const page_set& some) {
  page_set rest;
  for (const auto& [first, last] : all.intervals()) {
    page_id from = first;
    for (const auto& [gap, end] : some.intervals()) {
      if (end < from || gap > last) {
        continue;
      }
      if (gap > from) {
        rest.insert(from, gap - 1);
      }
      from = end + 1;
    }
    if (from <= last) {
      rest.insert(from, last);
    }
  }
  return rest;
}

/// Weighs what is known of a slice; enters into `r` where it goes on.
class slice_verdict {
 public:
  slice_verdict(const witnesses& known, const slice_testimony& t) : known_(known), t_(t) { weigh(); }

  /// Nothing of the slice is missing: it can be gone on with.
  void check() const {
    const bool nobody_knows = !known_.ledger && !known_.state && known_.answer != ledger_answer::given;
    if (!nobody_knows) {  // else what lies before the buffer may be loaded; completing will ask the ledger
      check_no_gap(t_, covered_, last_, !known_.ledger && known_.answer == ledger_answer::given);
    }
  }

  void enter(resumption& r) const {
    r.loaded.insert(t_.slice, loaded_);
    if (prior_) {
      r.prior.slices.push_back(*prior_);
    }
    if (last_ > 0) {
      r.last[t_.slice] = last_;
    }
  }

  bool read_to_its_end() const {
    const slice_progress* newest = t_.indexed;
    if (prior_ && (newest == nullptr || prior_->pages >= newest->pages)) {
      newest = &*prior_;
    }
    return newest != nullptr && newest->done;
  }

  /// The ledger, or where there is none the state, has every page that anybody knew of.
  bool loaded_to_its_end() const {
    const page_id known = std::max(last_, t_.noted ? t_.noted->pages : 0);
    return (known_.ledger ? loaded_ : covered_).contiguous_through() >= known;
  }

 private:
  void weigh() {
    if (known_.ledger) {
      weigh_ledger();
    } else if (known_.answer != ledger_answer::given && known_.state) {
      weigh_state();
    }
    // What the state alone calls durable is fetched again where it is gone, so it is not counted.
    last_ = std::max({covered_.max(), t_.indexed ? t_.indexed->pages : 0, t_.noted_loaded.max()});
    covered_.insert(t_.buffered);
    last_ = std::max(last_, covered_.max());
  }

  void weigh_ledger() {
    if (t_.entered == nullptr) {
      return;
    }
    check_not_overtaken(t_, known_.state.has_value());
    check_same_folded(t_);
    loaded_ = t_.entered->loaded;
    prior_ = t_.entered->reached;
    // Who had the pages in between is gone for good, with its disk: reading goes on before them, and what was loaded
    // ahead comes again.
    if (t_.heard_of() == 0 && loaded_.contiguous_through() < loaded_.max()) {
      prior_ = t_.entered->gapless;
      loaded_ = {};
      if (prior_->pages > 0) {
        loaded_.insert(1, prior_->pages);
      }
    }
    covered_ = loaded_;
  }

  /// Without the ledger nothing is known to be loaded for certain, so all that the buffer has is offered; the ledger
  /// will refuse what it has. The state only fills in for segments that are gone, and the next state must do so too.
  void weigh_state() {
    loaded_ = without(t_.noted_loaded, t_.buffered);
    covered_ = t_.noted_loaded;
    if (t_.noted_loaded.empty()) {
      return;
    }
    // A position beyond may stand for pages that a power failure has taken from the buffer. Then an older one will do,
    // or the slice's beginning, where no position says so: what is loaded comes again, under numbers of its own.
    if (t_.noted != nullptr && t_.noted_loaded.contains(t_.noted->pages)) {
      prior_ = *t_.noted;
    } else {
      prior_ = t_.indexed != nullptr ? *t_.indexed : slice_progress{t_.slice, 0, "", false, 0};
      prior_->pages = t_.noted_loaded.max();
      prior_->done = false;
    }
  }

  const witnesses& known_;
  const slice_testimony& t_;
  page_set loaded_;   // not to be offered
  page_set covered_;  // loaded or buffered
  page_id last_ = 0;
  std::optional<slice_progress> prior_;
};

void take_sums(const witnesses& known, resumption& r) {
  if (known.ledger) {
    r.rows_loaded = known.ledger->rows;
    r.duplicates_skipped = known.ledger->duplicates;
    r.rows_rejected = known.ledger->rejected;
  } else if (known.answer != ledger_answer::given && known.state) {
    r.rows_loaded = known.state->rows_loaded;
    r.duplicates_skipped = known.state->duplicates_skipped;
    r.rows_rejected = known.state->rows_rejected;
  }
  r.prior.last_segment = known.state ? known.state->last_segment : 0;
}

/// Slices that have ended and that only the ledger, or the state's sums, know.
void take_slices_left_out(const witnesses& known, const testimonies& heard, resumption& r) {
  if (!known.ledger) {
    if (known.answer != ledger_answer::given && known.state) {
      r.slices_left_out = known.state->slices_left_out;
      r.rows_left_out = known.state->rows_left_out;
    }
    return;
  }
  const ledger_view& ledger = *known.ledger;
  std::uint64_t named = 0;
  std::uint64_t rows = 0;
  for (const auto& [slice, testimony] : heard) {
    if (const ledger_slice* s = testimony.entered) {
      named += s->gapless.done ? 1u : 0u;
      rows += s->reached.rows;
    }
  }
  const std::uint64_t all_rows = ledger.rows + ledger.duplicates + ledger.rejected;
  r.slices_left_out = ledger.slices_done - std::min(named, ledger.slices_done);
  r.rows_left_out = r.slices_left_out == 0 ? 0 : all_rows - std::min(rows, all_rows);
}

}  // namespace

const ledger_slice* ledger_view::find(const slice_id& slice) const {
  const auto found = std::lower_bound(slices.begin(), slices.end(), slice,
                                      [](const ledger_slice& s, const slice_id& id) { return s.reached.slice < id; });
  return found != slices.end() && found->reached.slice == slice ? &*found : nullptr;
}

resumption reconcile(const run_request& asked, const witnesses& given) {
  witnesses known = given;
  resumption r;
  const auto identity = identify(asked, known, r.replaces_ledger);
  r.is_new = !identity;
  r.identity = identity.value_or(run_identity{asked.pipeline, new_run_id(), asked.plan.value_or("")});
  take_sums(known, r);

  const testimonies heard = hear(known);
  take_slices_left_out(known, heard, r);
  std::uint64_t ended = r.slices_left_out;
  bool all_ended = true;
  bool all_loaded = known.ledger ? known.ledger->complete
                                 : known.answer == ledger_answer::not_asked && known.state &&
                                       known.state->status == run_status::complete;
  for (const auto& [slice, testimony] : heard) {
    const slice_verdict verdict(known, testimony);
    verdict.check();
    verdict.enter(r);
    ended += verdict.read_to_its_end() ? 1u : 0u;
    if (!verdict.read_to_its_end()) {
      r.unended.push_back(slice);
      all_ended = false;
    }
    all_loaded = all_loaded && verdict.loaded_to_its_end();
  }
  r.fetched = !r.is_new && all_ended && ended >= asked.slices;
  r.complete = r.fetched && all_loaded;
  return r;
}

void remember_ledger(run_state& s, const resumption& from) {
  s.loaded.insert(from.loaded);
  s.slices_left_out = std::max(s.slices_left_out, from.slices_left_out);
  s.rows_left_out = std::max(s.rows_left_out, from.rows_left_out);
  s.last_segment = std::max(s.last_segment, from.prior.last_segment);
  std::map<slice_id, std::size_t> places;
  for (std::size_t i = 0; i < s.slices.size(); ++i) {
    places.emplace(s.slices[i].slice, i);
  }
  for (const slice_progress& loaded : from.prior.slices) {
    const auto known = places.find(loaded.slice);
    if (known == places.end()) {
      s.slices.push_back(loaded);
    } else if (s.slices[known->second].pages < loaded.pages) {
      s.slices[known->second] = loaded;
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
