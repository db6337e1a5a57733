/// Whose slices are: of processes, hosts and databases that know of different pages.

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_slices, loading_fixture)

BOOST_AUTO_TEST_CASE(eight_processes_at_once_create_everything_once_and_each_gets_a_fence_of_its_own_for_a_slice) {
  std::vector<std::thread> threads;
  std::atomic<std::int64_t> fences{0};
  const std::map<slice_id, page_id> known{{3, 1}};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { fences += open_target(known)->opened().value().find(3)->fence; });
  }
  for (std::thread& t : threads) {
    t.join();
  }
  BOOST_TEST(fences == 36);
}

BOOST_AUTO_TEST_CASE(processes_that_claim_the_same_new_slices_at_once_do_not_deadlock) {
  open_target();
  std::atomic<int> tried_again{0};
  auto o = options();
  o.time.wait = [&](std::chrono::milliseconds, const std::stop_token&) { return ++tried_again > 0; };
  std::vector<std::shared_ptr<postgres_target>> processes;
  for (int i = 0; i < 6; ++i) {
    processes.push_back(open_target(o));
  }
  for (int round = 0; round < 10; ++round) {
    std::vector<slice_id> names;
    for (int i = 0; i < 60; ++i) {
      names.emplace_back("", std::to_string(round) + "/" + std::to_string(i));
    }
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < processes.size(); ++i) {
      std::rotate(names.begin(), names.begin() + 7, names.end());
      if (i % 2 == 1) {
        std::reverse(names.begin(), names.end());
      }
      threads.emplace_back([&, i, names] { processes[i]->claim(names); });
    }
    for (std::thread& t : threads) {
      t.join();
    }
  }
  BOOST_TEST(tried_again == 0);
  BOOST_TEST(number("SELECT count(*) FROM ingest.slices WHERE fence = 6") == 600);
}

BOOST_AUTO_TEST_CASE(a_run_that_was_taken_over_commits_nothing_more) {
  const auto old_run = open_target();
  const auto zombie = open_sink(old_run);
  zombie->write(batches.next({event_rows(1, 10)}));
  const auto new_run = open_target();
  const error e = error_of([&] { zombie->write(batches.next({event_rows(11, 20)})); });
  BOOST_TEST((e.code() == errc::locked));
  BOOST_TEST((error_of([&] { open_sink(old_run)->finalize(); }).code() == errc::locked));
  BOOST_TEST(rows() == 10);
  BOOST_TEST(open_sink(new_run)->write(batches.next({event_rows(21, 30)})).rows_loaded == 10u);
}

BOOST_AUTO_TEST_CASE(taking_over_waits_for_a_transaction_of_the_run_before) {
  open_target();
  database.execute(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$;"
      "CREATE TRIGGER slow BEFORE INSERT ON ingested_events EXECUTE FUNCTION slow()");
  const auto old_run = open_target();
  std::thread loader([&] { open_sink(old_run)->write(batches.next({event_rows(1, 10)})); });
  BOOST_TEST(
      eventually([&] { return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1; }));
  const auto new_run = open_target();
  loader.join();
  BOOST_TEST(new_run->opened().value().rows == 10u);
}

BOOST_AUTO_TEST_CASE(a_buffer_whose_pages_another_host_has_loaded_differently_is_refused) {
  const auto refusal_of_buffer = [&](const std::vector<page>& pages) {
    postgres_target target(options());
    target.compare_with({pages, {{0, pages.back().id}}});
    const error e = error_of([&] { target.open_run(identity, false); });
    BOOST_TEST(name_of(e.code()) == "bad_data");
    return std::string(e.what());
  };
  const auto loader = open_sink(open_target());
  loader->write(batches.next({event_rows(1, 10), event_rows(11, 30)}));
  batches.next({event_rows(31, 40)});
  loader->write(batches.next({event_rows(41, 50)}));
  page_batches elsewhere;
  const batch same = elsewhere.next({event_rows(1, 10), event_rows(11, 30), event_rows(31, 40)});
  const batch other = elsewhere.next({event_rows(41, 49)});
  // Of a page behind a hole the ledger knows all, of what is before it the last position.
  BOOST_TEST(has(refusal_of_buffer({same.pages[0], other.pages[0]}), "page 4 of slice 0"));
  page elsewhere_read = same.pages[1];
  elsewhere_read.position = "after something else";
  BOOST_TEST(has(refusal_of_buffer({same.pages[0], elsewhere_read}), "page 2 of slice 0"));
  postgres_target again(options());
  again.compare_with({same.pages, {{0, 4}}});
  BOOST_TEST(again.open_run(identity, false).find(0)->reached.pages == 4u);
}

BOOST_AUTO_TEST_CASE(processes_with_different_slices_of_a_pipeline_do_not_disturb_each_other) {
  const auto one = open_target();
  const auto other = open_target();
  one->claim(std::vector<slice_id>{1, 2});
  other->claim(std::vector<slice_id>{3});
  const auto of_one = open_sink(one);
  const auto of_other = open_sink(other);
  BOOST_TEST(of_one->write(batches.next({event_rows(1, 10)}, 1)).rows_loaded == 10u);
  BOOST_TEST(of_other->write(batches.last({event_rows(11, 20)}, 3)).rows_loaded == 10u);
  BOOST_TEST(of_one->write(batches.last({event_rows(21, 30)}, 1)).rows_loaded == 10u);
  BOOST_TEST(of_one->write(batches.last({event_rows(31, 40)}, 2)).rows_loaded == 10u);
  BOOST_TEST(one->peek()->slices_done == 3u);
  of_other->finalize();
  BOOST_TEST(other->peek()->complete);
}

BOOST_AUTO_TEST_CASE(of_processes_with_the_same_slice_the_older_one_gets_no_further) {
  const auto older = open_target();
  older->claim(std::vector<slice_id>{1, 2});
  const auto zombie = open_sink(older);
  zombie->write(batches.next({event_rows(1, 10)}, 1));
  const auto newer = open_target();
  const auto found = newer->claim(std::vector<slice_id>{1});
  BOOST_TEST((found == std::vector<slice_progress>{{1, 1, "after \"page\" 1 of 1 \\", false, 10}}));
  const batch next = batches.next({event_rows(11, 20)}, 1);
  BOOST_TEST(name_of(error_of([&] { zombie->write(next); }).code()) == "locked");
  BOOST_TEST(name_of(error_of([&] { older->peek(); }).code()) == "locked");
  BOOST_TEST(open_sink(newer)->write(next).rows_loaded == 10u);
  BOOST_TEST(zombie->write(batches.next({event_rows(21, 30)}, 2)).rows_loaded == 10u,
             "its other slice is still its own");
}

BOOST_AUTO_TEST_CASE(pages_behind_a_hole_that_was_in_a_lost_directory_make_room_for_what_is_read_again) {
  for (const page_id without_hole : {0u, 2u}) {
    const slice_id slice("", "after " + std::to_string(without_hole));
    const auto lost = open_sink(open_target());
    const std::string prefix = slice.name() + "-";
    if (without_hole > 0) {
      lost->write(batches.next({event_rows(1, 10, prefix), event_rows(11, 20, prefix)}, slice));
    }
    batches.next({event_rows(21, 30, prefix)}, slice);
    lost->write(batches.next({event_rows(31, 40, prefix), event_rows(41, 50, prefix)}, slice));
    page_batches again;
    if (without_hole > 0) {
      again.next({{}, {}}, slice);
    }
    const auto target = open_target(again.last_pages());
    const auto found = target->claim(std::vector<slice_id>{slice});
    BOOST_TEST(found.front().pages == without_hole);
    const auto done =
        open_sink(target)->write(again.next({event_rows(21, 35, prefix), event_rows(36, 60, prefix)}, slice));
    BOOST_TEST(done.rows_loaded == 20u);
    BOOST_TEST(done.duplicates_skipped == 20u);
  }
  BOOST_TEST(number("SELECT count(*) FROM ingest.pages") == 0);
}

BOOST_AUTO_TEST_CASE(a_slice_that_has_ended_is_nobodys_any_more) {
  const auto older = open_target();
  open_sink(older)->write(batches.last({event_rows(1, 10)}, 1));
  BOOST_TEST(open_target()->claim(std::vector<slice_id>{1}).front().done);
  BOOST_TEST(older->peek()->slices_done == 1u);
}

BOOST_AUTO_TEST_CASE(a_process_whose_database_was_set_back_below_what_it_has_made_its_own_loads_nothing_more) {
  const auto target = open_target();
  const auto loader = open_sink(target);
  loader->write(batches.next({event_rows(1, 10)}));
  database.execute("DELETE FROM ingest.slices; DELETE FROM ingested_events");
  const error e = error_of([&] { loader->write(batches.next({event_rows(11, 20)})); });
  BOOST_TEST(name_of(e.code()) == "locked");
  BOOST_TEST(has(e.what(), "set back"));
  BOOST_TEST(rows() == 0);
}

BOOST_AUTO_TEST_CASE(a_ledger_that_went_on_since_the_buffer_was_looked_at_is_not_loaded_into) {
  const batch first = batches.next({event_rows(1, 10)});
  const auto loader = open_sink(open_target());
  loader->write(first);
  loader->write(batches.next({event_rows(11, 30)}));
  const auto target = std::make_shared<postgres_target>(options());
  target->compare_with({first.pages, {{0, 1}}, false});
  target->expect(identity, false);
  const auto late = make_postgres_sink(target, 0);
  const error e = error_of([&] { late->write(batches.next({event_rows(31, 40)})); });
  BOOST_TEST(name_of(e.code()) == "locked");
  BOOST_TEST(rows() == 30);
}

BOOST_AUTO_TEST_CASE(a_ledger_that_lacks_the_last_pages_is_not_complete_though_it_has_no_hole) {
  // As a standby is that takes over without the last commits.
  const auto target = open_target();
  const auto loader = open_sink(target);
  loader->write(batches.next({event_rows(1, 10)}));
  loader->write(batches.last({event_rows(11, 30)}));
  database.execute(
      "UPDATE ingest.slices SET pages = 1, rows = 10, done = false, position = 'after 1'; "
      "DELETE FROM ingested_events WHERE substr(id, 7)::int > 10");
  const error e = error_of([&] { loader->finalize(); });
  BOOST_TEST(name_of(e.code()) == "bad_data");
  BOOST_TEST(has(e.what(), "1 pages of slice 0"));
  BOOST_TEST(number("SELECT count(*) FROM ingest.pipelines WHERE complete") == 0);

  // The next process knows of the page by its data directory.
  const error again = error_of([&] { open_sink(open_target())->finalize(); });
  BOOST_TEST(name_of(again.code()) == "bad_data");
  BOOST_TEST(has(again.what(), "1 pages of slice 0"));

  // Also where an older state of the database calls the slice done.
  database.execute("UPDATE ingest.slices SET done = true");
  const error older = error_of([&] { open_sink(open_target())->finalize(); });
  BOOST_TEST(name_of(older.code()) == "bad_data");
  BOOST_TEST(has(older.what(), "1 of 2 pages of slice 0"));
}

BOOST_AUTO_TEST_CASE(a_ledger_that_lacks_a_whole_slice_is_not_complete) {
  const auto target = open_target();
  target->expect_slices(2);
  const auto loader = open_sink(target);
  loader->write(batches.last({event_rows(1, 10)}, 0));
  loader->write(batches.last({event_rows(11, 30)}, 1));
  database.execute("DELETE FROM ingest.slices WHERE slice = '1'");
  const error e = error_of([&] { loader->finalize(); });
  BOOST_TEST(name_of(e.code()) == "bad_data");
  BOOST_TEST(has(e.what(), "1 of 2 slices"));
}

BOOST_AUTO_TEST_SUITE_END()
