#include "buffer/recovery.hpp"

#include <boost/test/unit_test.hpp>

using namespace ingest;

namespace {

const run_identity our_run{"nightly", "0123456789abcdef0123456789abcdef", "SLICES=1"};
const run_identity other_run{"nightly", "fedcba9876543210fedcba9876543210", "SLICES=1"};
const run_request asked{"nightly", "SLICES=1", 1};

page page_number(page_id id, bool last = false) {
  page p;
  p.id = id;
  p.position = "after " + std::to_string(id);
  p.last = last;
  p.rows = 10;
  p.segment = 1;
  return p;
}

slice_progress progress_at(page_id id, bool done = false) {
  slice_progress s;
  s.pages = id;
  s.position = "after " + std::to_string(id);
  s.done = done;
  s.rows = id * 10;
  return s;
}

disk_buffer::contents buffer_with(page_id first, page_id last, bool done = false) {
  disk_buffer::contents c;
  c.identity = our_run;
  for (page_id id = first; id <= last; ++id) {
    c.pages.push_back(page_number(id, done && id == last));
  }
  c.slices = {progress_at(last, done)};
  c.last_segment = 1;
  return c;
}

ledger_view ledger_with(page_id last, bool done = false) {
  ledger_view l;
  l.identity = our_run;
  if (last > 0) {
    ledger_slice& s = l.slices.emplace_back();
    s.gapless = s.reached = progress_at(last, done);
    s.loaded.insert(1, last);
  }
  l.pages = last;
  l.slices_done = done ? 1 : 0;
  l.complete = done;
  l.rows = last * 10;
  return l;
}

run_state state_with(page_id durable, page_id loaded) {
  run_state s;
  s.identity = our_run;
  s.slices = {progress_at(durable)};
  page_set pages;
  if (loaded > 0) {
    pages.insert(1, loaded);
  }
  s.loaded.insert(0, pages);
  return s;
}

errc code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const error& e) {
    return e.code();
  }
  return errc::internal;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reconciling_state_buffer_and_ledger)

BOOST_AUTO_TEST_CASE(nothing_known_starts_a_new_run_with_an_identity_of_its_own) {
  const resumption a = reconcile(asked, {});
  const resumption b = reconcile(asked, {});
  BOOST_TEST(a.is_new);
  BOOST_TEST(!a.complete);
  BOOST_TEST(a.identity.run_id.size() == 32u);
  BOOST_TEST(a.identity.run_id != b.identity.run_id);
}

BOOST_AUTO_TEST_CASE(a_lost_state_is_rebuilt_from_buffer_and_ledger) {
  const resumption r = reconcile(asked, {std::nullopt, buffer_with(5, 8), ledger_with(6)});
  BOOST_TEST((r.identity == our_run));
  BOOST_TEST(r.loaded.of(0).contiguous_through() == 6u);
  BOOST_TEST(r.rows_loaded == 60u);
  BOOST_TEST(!r.is_new);
}

BOOST_AUTO_TEST_CASE(an_empty_data_dir_goes_on_where_the_ledger_stands) {
  const resumption r = reconcile(asked, {std::nullopt, {}, ledger_with(6)});
  BOOST_TEST((r.identity == our_run));
  BOOST_TEST(r.prior.slices.front().pages == 6u);
  BOOST_TEST(r.prior.slices.front().position == "after 6");
}

BOOST_AUTO_TEST_CASE(slices_that_have_ended_and_that_only_the_ledger_knows_are_counted_and_remembered) {
  ledger_view ledger = ledger_with(2);
  ledger.slices_done = 3;
  ledger.rows = 60;
  ledger.duplicates = 10;
  const resumption r = reconcile({"nightly", "SLICES=1", 4}, {std::nullopt, {}, ledger});
  BOOST_TEST(r.slices_left_out == 3u);
  BOOST_TEST(r.rows_left_out == 50u);
  BOOST_TEST(!r.fetched);
  run_state s = state_with(0, 0);
  remember_ledger(s, r);
  const resumption without = reconcile({"nightly", "SLICES=1", 4}, {s, {}, std::nullopt, ledger_answer::none});
  BOOST_TEST(without.slices_left_out == 3u);
  BOOST_TEST(without.rows_left_out == 50u);
}

BOOST_AUTO_TEST_CASE(a_state_that_claims_more_than_the_buffer_shows_is_not_believed) {
  // Pages 7 and 8 were said to be durable, but a power failure took them: they are fetched again.
  const resumption r = reconcile(asked, {state_with(8, 4), buffer_with(3, 6), ledger_with(4)});
  BOOST_TEST(r.prior.slices.front().pages == 4u);
}

BOOST_AUTO_TEST_CASE(without_a_ledger_everything_in_the_buffer_is_offered_again) {
  const resumption r = reconcile(asked, {state_with(8, 4), buffer_with(3, 8), std::nullopt});
  BOOST_TEST(r.loaded.of(0).contiguous_through() == 2u);
  BOOST_TEST(r.loaded.of(0).size() == 2u, "pages 3 to 8 are offered");
  BOOST_TEST(r.prior.slices.front().pages == 4u);
}

BOOST_AUTO_TEST_CASE(without_ledger_and_buffer_the_state_stands_in_for_loaded_pages_only) {
  const resumption loaded = reconcile(asked, {state_with(8, 8), {}, std::nullopt});
  BOOST_TEST(loaded.prior.slices.front().pages == 8u);
  BOOST_TEST(loaded.prior.slices.front().position == "after 8");
  const resumption lost = reconcile(asked, {state_with(8, 4), {}, std::nullopt});
  BOOST_TEST(lost.prior.slices.front().pages == 4u, "its pages go on with 5");
  BOOST_TEST(lost.prior.slices.front().position == "", "at the beginning of the slice");
}

BOOST_AUTO_TEST_CASE(a_database_set_back_behind_deleted_segments_is_a_gap) {
  BOOST_TEST((code_of([] {
                reconcile(asked, {state_with(8, 6), buffer_with(7, 8), ledger_with(3)});
              }) == errc::bad_data));
  BOOST_TEST((code_of([] { reconcile(asked, {std::nullopt, buffer_with(7, 8), ledger_with(3)}); }) == errc::bad_data));
}

BOOST_AUTO_TEST_CASE(a_database_set_back_to_what_the_buffer_still_has_is_loaded_again) {
  const resumption r = reconcile(asked, {state_with(8, 6), buffer_with(3, 8), ledger_with(3)});
  BOOST_TEST(r.loaded.of(0).contiguous_through() == 3u);
}

BOOST_AUTO_TEST_CASE(a_run_is_complete_when_every_slice_has_ended_and_every_page_is_loaded) {
  BOOST_TEST(reconcile(asked, {std::nullopt, {}, ledger_with(6, true)}).complete);
  BOOST_TEST(!reconcile(asked, {std::nullopt, {}, ledger_with(6, false)}).complete);
  const resumption fetched = reconcile(asked, {std::nullopt, buffer_with(1, 6, true), ledger_with(3)});
  BOOST_TEST(fetched.fetched);
  BOOST_TEST(!fetched.complete);
  BOOST_TEST(!reconcile({"nightly", "SLICES=1", 2}, {std::nullopt, {}, ledger_with(6, true)}).complete);
}

BOOST_AUTO_TEST_CASE(a_run_is_complete_because_the_ledger_says_so_and_not_the_state) {
  run_state claims = state_with(6, 6);
  claims.status = run_status::complete;
  claims.slices = {progress_at(6, true)};
  BOOST_TEST(reconcile(asked, {claims, {}, ledger_with(6, true)}).complete);
  BOOST_TEST(reconcile(asked, {claims, {}, std::nullopt}).complete, "where there is no ledger");
  ledger_view unfinished = ledger_with(6, true);
  unfinished.complete = false;  // as an initial load whose key is still to be built
  BOOST_TEST(!reconcile(asked, {claims, {}, unfinished}).complete);
  BOOST_TEST(!reconcile(asked, {claims, {}, std::nullopt, ledger_answer::none}).complete);
  claims.slices = {progress_at(7, true)};
  BOOST_TEST(!reconcile(asked, {claims, {}, ledger_with(6, true)}).complete, "page 7 was durable");
}

BOOST_AUTO_TEST_CASE(a_database_that_knows_nothing_of_the_run_has_nothing_of_it_loaded) {
  const witnesses elsewhere{state_with(6, 6), {}, std::nullopt, ledger_answer::given};
  BOOST_TEST((code_of([&] { reconcile(asked, elsewhere); }) == errc::bad_data));
  // What the buffer still has is loaded into it.
  const resumption r = reconcile(asked, {state_with(6, 4), buffer_with(1, 6), std::nullopt, ledger_answer::given});
  BOOST_TEST(r.loaded.empty());
  BOOST_TEST(!r.complete);
  // Also for a run that --fresh began, once it had the ledger.
  run_state fresh = state_with(6, 6);
  fresh.replaces_ledger = true;
  BOOST_TEST((code_of([&] { reconcile(asked, {fresh, {}, std::nullopt, ledger_answer::given}); }) == errc::bad_data));
}

BOOST_AUTO_TEST_CASE(a_run_that_fresh_began_replaces_no_ledger_that_somebody_else_has_begun_since) {
  run_state fresh = state_with(6, 6);
  fresh.replaces_ledger = true;
  ledger_view newer = ledger_with(3);
  newer.identity = other_run;
  BOOST_TEST((code_of([&] { reconcile(asked, {fresh, {}, newer}); }) == errc::bad_data));
}

BOOST_AUTO_TEST_CASE(a_newest_segment_that_is_gone_but_for_its_index_is_a_gap_unless_it_was_loaded) {
  disk_buffer::contents without_data = buffer_with(5, 6);
  without_data.slices = {progress_at(8)};  // by the index of a segment without data
  BOOST_TEST((code_of([&] { reconcile(asked, {state_with(8, 4), without_data, ledger_with(4)}); }) == errc::bad_data));
  BOOST_CHECK_NO_THROW(reconcile(asked, {state_with(8, 8), without_data, ledger_with(8)}));
}

BOOST_AUTO_TEST_CASE(pages_before_the_buffer_are_no_gap_while_nobody_can_say_whether_they_are_loaded) {
  const witnesses known{std::nullopt, buffer_with(5, 8), std::nullopt, ledger_answer::none};
  BOOST_TEST(reconcile(asked, known).last.at(0) == 8u);
}

BOOST_AUTO_TEST_CASE(a_ledger_whose_rows_are_elsewhere_ends_the_run_unless_it_is_replaced) {
  ledger_view elsewhere = ledger_with(3);
  elsewhere.refusal = error(errc::config, "another table");
  BOOST_TEST((code_of([&] { reconcile(asked, {state_with(3, 3), {}, elsewhere}); }) == errc::config));
  run_state fresh = state_with(0, 0);
  fresh.replaces_ledger = true;
  elsewhere.identity = other_run;
  BOOST_CHECK_NO_THROW(reconcile(asked, {fresh, {}, elsewhere}));
}

BOOST_AUTO_TEST_CASE(another_pipeline_run_or_plan_is_refused) {
  run_state foreign = state_with(1, 1);
  foreign.identity.pipeline = "hourly";
  BOOST_TEST((code_of([&] { reconcile(asked, {foreign, {}, std::nullopt}); }) == errc::bad_data));
  ledger_view newer = ledger_with(3);
  newer.identity = other_run;
  BOOST_TEST((code_of([&] { reconcile(asked, {state_with(3, 3), {}, newer}); }) == errc::bad_data));
  run_request changed = asked;
  changed.plan = "SLICES=4";
  BOOST_TEST((code_of([&] { reconcile(changed, {state_with(3, 3), {}, std::nullopt}); }) == errc::config));
  changed.plan.reset();
  BOOST_TEST((reconcile(changed, {state_with(3, 3), {}, std::nullopt}).identity == our_run));
}

BOOST_AUTO_TEST_CASE(a_fresh_start_replaces_the_ledger_once) {
  run_state fresh = state_with(0, 0);
  fresh.replaces_ledger = true;
  ledger_view older = ledger_with(9, true);
  older.identity = other_run;
  const resumption first = reconcile(asked, {fresh, {}, older});
  BOOST_TEST(first.replaces_ledger);
  BOOST_TEST((first.identity == our_run));
  BOOST_TEST(first.loaded.empty());
  BOOST_TEST(reconcile(asked, {fresh, {}, std::nullopt}).replaces_ledger);
  const resumption later = reconcile(asked, {fresh, buffer_with(1, 4), ledger_with(2)});
  BOOST_TEST(!later.replaces_ledger);
  BOOST_TEST(later.loaded.of(0).contiguous_through() == 2u);
}

BOOST_AUTO_TEST_CASE(a_new_directory_that_has_asked_the_ledger_once_goes_on_behind_its_pages_without_it) {
  witnesses known;
  known.ledger = ledger_with(4);
  const resumption first = reconcile(asked, known);
  run_state saved;
  saved.identity = first.identity;
  remember_ledger(saved, first);
  known.ledger.reset();
  known.state = saved;
  const resumption second = reconcile(asked, known);
  BOOST_TEST((second.prior.slices == std::vector{progress_at(4)}));
  BOOST_TEST(second.rows_loaded == 40u);
}

BOOST_AUTO_TEST_CASE(a_state_that_knows_more_than_the_ledger_keeps_it) {
  witnesses known;
  known.state = state_with(6, 4);
  known.buffer = buffer_with(1, 6);
  known.ledger = ledger_with(3);
  run_state saved = *known.state;
  remember_ledger(saved, reconcile(asked, known));
  BOOST_TEST((saved.slices == std::vector{progress_at(6)}));
  BOOST_TEST(saved.loaded.of(0).contiguous_through() == 4u);
}

BOOST_AUTO_TEST_CASE(starting_twice_while_the_database_is_away_forgets_no_page_that_is_gone_from_the_buffer) {
  witnesses known;
  known.state = state_with(9, 6);
  known.buffer = buffer_with(5, 9);
  const resumption first = reconcile(asked, known);
  BOOST_TEST(first.loaded.of(0).contiguous_through() == 4u);
  BOOST_TEST(!first.loaded.of(0).contains(5), "what the buffer has is offered");
  BOOST_TEST(!first.loaded.of(0).contains(6));
  known.state->loaded = first.loaded;  // what the checkpoint saves when it has seen the buffer
  BOOST_TEST(reconcile(asked, known).prior.slices.front().pages == 4u);
}

BOOST_AUTO_TEST_CASE(a_buffer_that_another_host_has_overtaken_is_refused) {
  // Pages 1 and 2 were loaded; 3 and 4 wait here, while another host has loaded a page 4 and a page 5 of its own.
  witnesses known;
  known.state = state_with(4, 2);
  known.buffer = buffer_with(3, 4);
  known.ledger = ledger_with(2);
  known.ledger->slices.front().loaded.insert(4, 5);
  BOOST_TEST((code_of([&] { reconcile(asked, known); }) == errc::bad_data));
  page page_5;
  page_5.id = 5;
  known.state->loaded.insert(page_5);  // loaded from here, in a segment that is deleted already
  BOOST_CHECK_NO_THROW(reconcile(asked, known));
}

BOOST_AUTO_TEST_CASE(a_page_that_another_host_has_numbered_like_one_that_waits_here_is_not_taken_for_it) {
  for (const page_id read : {2u, 4u}) {  // as many as the other host, or more
    witnesses known{{}, buffer_with(1, read), ledger_with(2)};
    BOOST_TEST(reconcile(asked, known).loaded.contains(known.buffer.pages[1]));
    known.ledger->slices[0].gapless.position = "elsewhere";
    BOOST_TEST((code_of([&] { reconcile(asked, known); }) == errc::bad_data));
    known.ledger = ledger_with(2, true);
    BOOST_TEST((code_of([&] { reconcile(asked, known); }) == errc::bad_data), "the slice ends there, but not here");
  }
}

BOOST_AUTO_TEST_CASE(where_pages_were_lost_with_another_host_reading_goes_on_before_them) {
  // Pages 4 and 5 were loaded ahead of page 3, which waited on a disk that is gone.
  witnesses known;
  known.ledger = ledger_with(2);
  known.ledger->slices.front().loaded.insert(4, 5);
  known.ledger->slices.front().reached = progress_at(5);
  const resumption r = reconcile(asked, known);
  BOOST_TEST((r.prior.slices == std::vector{progress_at(2)}));
  BOOST_TEST(r.loaded.of(0).max() == 2u);
  known.state = state_with(5, 5);  // here, the disk is there, and has lost page 3
  BOOST_TEST((code_of([&] { reconcile(asked, known); }) == errc::bad_data));
}

BOOST_AUTO_TEST_CASE(slices_are_weighed_one_by_one) {
  witnesses known;
  known.ledger = ledger_with(2);
  ledger_slice& other = known.ledger->slices.emplace_back();
  other.gapless = other.reached = progress_at(7, true);
  other.gapless.slice = other.reached.slice = slice_id("invoices", "2026-11");
  other.loaded.insert(1, 7);
  known.ledger->slices_done = 200'001;
  run_request many = asked;
  many.slices = 200'001;
  BOOST_TEST(!reconcile(many, known).fetched, "slice 0 has not ended");
  known.ledger->slices.erase(known.ledger->slices.begin());
  known.ledger->complete = true;
  BOOST_TEST(reconcile(many, known).complete, "of those that have ended nobody has to name any");
  many.slices = 200'002;
  BOOST_TEST(!reconcile(many, known).complete);
}

BOOST_AUTO_TEST_SUITE_END()
