#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ingest/run_ledger.hpp"
#include "ingest/sink.hpp"
#include "ingest/testing/contract_case.hpp"

namespace ingest::testing {

/// A process that loads a run: its ledger, and what loads into the same target.
struct loading_process {
  std::shared_ptr<run_ledger> ledger;
  std::function<std::unique_ptr<sink>()> make_sink;  ///< that completes the run when it is finalized
  std::function<void()> end_leases = [] {};          ///< of what it has claimed
};

/// For how long a process has the slices that it claims.
enum class tenure {
  until_they_are_taken,  ///< whoever comes takes them
  leased,                ///< nobody does before it is long over, or the process ends its leases
  leased_for_no_time     ///< the lease is over as soon as it begins
};

/// How a process begins.
struct process_beginning {
  char run = 'a';          ///< the run's name, for short
  known_pages known = {};  ///< of its directory: compare_with()
  bool replace = false;
  tenure has_slices = tenure::until_they_are_taken;
};

/// A kind of run_ledger, to be tested against the contract: exactly once, whoever lives.
struct ledger_kind {
  /// Makes an empty target, and returns what begins a process that loads into it: one whose run_ledger is open. Several
  /// may live at once.
  std::function<std::function<loading_process(const process_beginning&)>()> make;
};

/// What the cases use: a target, and the pages that they load into it.
class ledger_trial {
 public:
  explicit ledger_trial(const ledger_kind& kind) : begin_(kind.make()) {}

  loading_process begin(const process_beginning& b = {}) const { return begin_(b); }

  /// The page `id` of a slice, with two rows that nobody else has.
  static batch page_of(const slice_id& slice, page_id id, bool last = false, const std::string& content = "1") {
    std::string text;
    for (const char* row : {"a", "b"}) {
      text += slice.name() + "/" + std::to_string(id) + row + "\t{\"n\":" + content + "}\n";
    }
    page p;
    p.slice = slice;
    p.id = id;
    p.last = last;
    p.segment = 1;
    p.length = text.size();
    p.rows = 2;
    p.crc = static_cast<std::uint32_t>(std::hash<std::string>()(text));
    p.position = position_after(id);
    batch b;
    b.data = std::make_shared<const std::string>(std::move(text));
    b.records = p.rows;
    b.position = p.position;
    b.last = last;
    b.pages.push_back(std::move(p));
    return b;
  }

  static std::string position_after(page_id id) { return "after " + std::to_string(id); }

  static std::unique_ptr<sink> open_sink(const loading_process& p) {
    auto s = p.make_sink();
    s->open({});
    return s;
  }

  static write_outcome load(const loading_process& p, const batch& b) { return open_sink(p)->write(b); }

  static slice_progress claim(const loading_process& p, const slice_id& slice) {
    return p.ledger->claim(std::vector<slice_id>{slice}, run_ledger::outages::are_told, {}).at(0);
  }

  /// Of a process that shares the run with others.
  static process_beginning sharing(tenure t = tenure::leased) {
    process_beginning b;
    b.has_slices = t;
    return b;
  }

  /// Of a process whose directory knows of these last pages.
  static process_beginning knowing(std::map<slice_id, page_id> last) {
    process_beginning b;
    b.known.last = std::move(last);
    return b;
  }

 private:
  std::function<loading_process(const process_beginning&)> begin_;
};

/// `work` has to fail so.
inline void expect_error(expectations& e, errc code, const std::string& what, const std::function<void()>& work) {
  try {
    work();
    e.expect(false, what + " was let through");
  } catch (const error& failure) {
    e.expect(failure.code() == code, what + " failed with: " + failure.what());
  }
}

/// What a run_ledger promises to those who load by it.
inline std::vector<contract_case<ledger_kind>> ledger_cases() {
  using trial = ledger_trial;
  return {
      {"a page is loaded once, however often it comes and in whatever order",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto p = t.begin();
         trial::claim(p, 1);
         for (const page_id id : {2u, 1u, 2u, 1u}) {
           const auto done = trial::load(p, trial::page_of(1, id));
           e.expect(done.rows_loaded + done.rows_already_loaded == 2, "rows of a page are in neither count");
         }
         const auto again = trial::load(p, trial::page_of(1, 1));
         e.expect_equal(again.rows_already_loaded, 2u, "rows_already_loaded of a page that comes again");
         e.expect_equal(again.rows_loaded + again.duplicates_skipped, 0u, "what was done with it");
       }},
      {"a slice stands where it was loaded to without a hole, for every process that comes to it",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto first = t.begin();
         e.expect_equal(trial::claim(first, 1).pages, 0u, "a slice that nobody has begun: its pages");
         trial::load(first, trial::page_of(1, 1));
         trial::load(first, trial::page_of(1, 2));
         const slice_progress now = trial::claim(t.begin(), 1);
         e.expect_equal(now.pages, 2u, "its pages later");
         e.expect_equal(now.position, trial::position_after(2), "its position");
         e.expect(!now.done, "it has ended");
       }},
      {"pages behind a hole that nobody's directory has make room for what is read again",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto lost = t.begin();
         trial::claim(lost, 1);
         trial::load(lost, trial::page_of(1, 1));
         trial::load(lost, trial::page_of(1, 3));
         const auto next = t.begin();
         e.expect_equal(trial::claim(next, 1).pages, 1u, "where the slice stands");
         trial::load(next, trial::page_of(1, 2));
         const auto again = trial::load(next, trial::page_of(1, 3, true));
         e.expect_equal(again.rows_loaded + again.duplicates_skipped, 2u, "rows of the page that comes again");
         trial::open_sink(next)->finalize();
       }},
      {"of two processes with one slice the later one loads it, and the earlier one no more",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto older = t.begin();
         trial::claim(older, 1);
         trial::load(older, trial::page_of(1, 1));
         const auto newer = t.begin();
         trial::claim(newer, 1);
         expect_error(e, errc::locked, "a page of a slice that was taken over",
                      [&] { trial::load(older, trial::page_of(1, 2)); });
         e.expect_equal(trial::load(newer, trial::page_of(1, 2)).rows_loaded, 2u, "rows of it, loaded by the other");
       }},
      {"processes with different slices do not disturb each other",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto one = t.begin();
         trial::claim(one, 1);
         const auto other = t.begin();
         trial::claim(other, 2);
         e.expect_equal(trial::load(one, trial::page_of(1, 1, true)).rows_loaded, 2u, "rows of the one");
         e.expect_equal(trial::load(other, trial::page_of(2, 1, true)).rows_loaded, 2u, "rows of the other");
         e.expect_equal(trial::load(one, trial::page_of(1, 1, true)).rows_already_loaded, 2u, "and again of the one");
       }},
      {"a slice that has ended is nobody's any more, and stays ended",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto first = t.begin();
         trial::claim(first, 1);
         trial::load(first, trial::page_of(1, 1, true));
         e.expect(trial::claim(t.begin(), 1).done, "it has not ended for another process");
         e.expect_equal(trial::load(first, trial::page_of(1, 1, true)).rows_already_loaded, 2u, "rows that come again");
       }},
      {"another page under the name of one that is loaded is damage",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto p = t.begin();
         trial::claim(p, 1);
         trial::load(p, trial::page_of(1, 2));
         expect_error(e, errc::bad_data, "another page by the name of one behind a hole",
                      [&] { trial::load(p, trial::page_of(1, 2, false, "12")); });
         process_beginning other = trial::knowing({{1, 2}});
         other.known.buffered = trial::page_of(1, 2, false, "12").pages;
         expect_error(e, errc::bad_data, "a directory with another page of that name", [&] { t.begin(other); });
       }},
      {"a run is complete only with the end of every slice, and with all pages that anybody knew of",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto p = t.begin(trial::knowing({{1, 3}}));
         p.ledger->expect_slices(2);
         const auto loader = trial::open_sink(p);
         const auto finalize = [&] { trial::open_sink(p)->finalize(); };
         loader->write(trial::page_of(1, 1));
         loader->write(trial::page_of(1, 2));
         expect_error(e, errc::bad_data, "a run without its last known page", finalize);
         loader->write(trial::page_of(1, 3, true));
         expect_error(e, errc::bad_data, "a run without one of its slices", finalize);
         trial::claim(p, 2);
         loader->write(trial::page_of(2, 2, true));
         expect_error(e, errc::bad_data, "a run with a hole", finalize);
         loader->write(trial::page_of(2, 1));
         finalize();
         e.expect(trial::claim(t.begin(), 2).done, "a slice of a complete run has not ended");
       }},
      {"another run is refused, unless it is to replace the one that is there",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto first = t.begin();
         trial::claim(first, 1);
         trial::load(first, trial::page_of(1, 1));
         process_beginning other;
         other.run = 'b';
         expect_error(e, errc::bad_data, "another run", [&] { t.begin(other); });
         other.replace = true;
         const auto second = t.begin(other);
         e.expect_equal(trial::claim(second, 1).pages, 0u, "what a run that replaces another finds loaded: pages");
         expect_error(e, errc::locked, "a page of the run that was replaced",
                      [&] { trial::load(first, trial::page_of(1, 2)); });
         e.expect_equal(trial::load(second, trial::page_of(1, 1)).duplicates_skipped, 2u, "rows of both that met");
       }},
      {"the next sync replaces the run that it follows only if that is complete, and only one does",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto first = t.begin();
         trial::claim(first, 1);
         trial::load(first, trial::page_of(1, 1, true));
         process_beginning next;
         next.run = 'b';
         next.replace = true;
         next.known.follows = std::string(32, 'a');
         expect_error(e, errc::bad_data, "a sync behind a run that the ledger knows nothing of",
                      [&] { trial(kind).begin(next); });
         // It was complete when somebody began the next one: the database was set back.
         expect_error(e, errc::bad_data, "a sync behind a run that is not complete", [&] { t.begin(next); });
         trial::open_sink(first)->finalize();
         const auto second = t.begin(next);
         e.expect_equal(trial::claim(second, 1).pages, 0u, "pages that the next sync finds");
         next.run = 'c';
         expect_error(e, errc::locked, "a second one behind the same run", [&] { t.begin(next); });
         e.expect_equal(trial::load(second, trial::page_of(1, 1, true)).duplicates_skipped, 2u, "rows of before");
       }},
  };
}

/// What a run_ledger that knows leases promises to processes that share a run.
inline std::vector<contract_case<ledger_kind>> lease_cases() {
  using trial = ledger_trial;
  return {
      {"a slice that a process has a lease of is elsewhere for the others",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto one = t.begin(trial::sharing());
         e.expect(!trial::claim(one, 1).elsewhere, "what nobody has is elsewhere");
         const auto other = t.begin(trial::sharing());
         e.expect(trial::claim(other, 1).elsewhere, "what the one has a lease of is not elsewhere for the other");
         e.expect(!trial::claim(other, 2).elsewhere, "what the one has not asked for is elsewhere for the other");
         e.expect(!trial::claim(one, 1).elsewhere, "its own is elsewhere for who asks again");
         e.expect_equal(trial::load(one, trial::page_of(1, 1)).rows_loaded, 2u, "rows of the one");
         e.expect_equal(trial::load(other, trial::page_of(2, 1)).rows_loaded, 2u, "rows of the other");
       }},
      {"a slice whose lease is over is whose that comes, who goes on where it stands; the earlier owner loads no more",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto earlier = t.begin(trial::sharing(tenure::leased_for_no_time));
         trial::claim(earlier, 1);
         e.expect_equal(trial::load(earlier, trial::page_of(1, 1)).rows_loaded, 2u, "rows while nobody has come");
         const auto later = t.begin(trial::sharing());
         const slice_progress now = trial::claim(later, 1);
         e.expect(!now.elsewhere, "a slice whose lease is over is elsewhere");
         e.expect_equal(now.pages, 1u, "pages that the later one finds");
         expect_error(e, errc::locked, "a page of a slice that was taken over",
                      [&] { trial::load(earlier, trial::page_of(1, 2)); });
         e.expect_equal(trial::load(later, trial::page_of(1, 2)).rows_loaded, 2u, "rows of it, loaded by the other");
       }},
      {"pages that the earlier owner has loaded behind a hole come again",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto earlier = t.begin(trial::sharing(tenure::leased_for_no_time));
         trial::claim(earlier, 1);
         trial::load(earlier, trial::page_of(1, 2));
         const auto later = t.begin(trial::sharing());
         e.expect_equal(trial::claim(later, 1).pages, 0u, "where the slice stands");
         trial::load(later, trial::page_of(1, 1));
         const auto again = trial::load(later, trial::page_of(1, 2, true));
         e.expect_equal(again.duplicates_skipped, 2u, "rows of the page that comes again");
       }},
      {"a slice whose lease was ended is free at once, and one that has ended is nobody's",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto one = t.begin(trial::sharing());
         trial::claim(one, 1);
         trial::claim(one, 2);
         trial::load(one, trial::page_of(2, 1, true));
         one.end_leases();
         const auto other = t.begin(trial::sharing());
         e.expect(!trial::claim(other, 1).elsewhere, "a slice whose lease was ended is elsewhere");
         const slice_progress ended = trial::claim(other, 2);
         e.expect(ended.done && !ended.elsewhere, "a slice that has ended is not told to have");
       }},
      {"the process that comes last completes the run, and those before leave it open",
       [](const ledger_kind& kind, expectations& e) {
         const trial t(kind);
         const auto one = t.begin(trial::sharing());
         const auto other = t.begin(trial::sharing());
         one.ledger->expect_slices(2);
         other.ledger->expect_slices(2);
         trial::claim(one, 1);
         trial::claim(other, 2);
         trial::load(one, trial::page_of(1, 1, true));
         trial::open_sink(one)->finalize();
         e.expect(!one.ledger->completed(), "it has completed a run of which another process has a slice");
         trial::load(other, trial::page_of(2, 1, true));
         trial::open_sink(other)->finalize();
         const auto all = other.ledger->completed();
         e.expect_equal(all ? all->loaded : 0u, 4u, "rows of the run that the last one has completed");
       }},
  };
}

}  // namespace ingest::testing
