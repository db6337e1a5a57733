#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 10'000;

void without_database(ingest_run& r) {
  r.environment.erase("DATABASE_URL");
}
void without_api(ingest_run& r) {
  r.environment.erase("API_BASE_URL");
  r.environment.erase("TARGET_API_KEY");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fetching_and_loading_apart)

BOOST_AUTO_TEST_CASE(come_to_the_same_as_a_run) {
  for (const int slices : {1, 4}) {
    BOOST_TEST_CONTEXT(slices << " slices") {
      ingest_run r(events);
      const auto whole = r.environment;
      without_database(r);
      const auto fetch = r.run("fetch", slices == 1 ? std::vector<std::string>() : ingest_run::slices(slices));
      BOOST_TEST(fetch.exit_code == 0, fetch.err);
      BOOST_TEST(count_in(r.report(), "rows_durable") == events);
      BOOST_TEST(count_in(r.status(), "rows_loaded") == 0);
      BOOST_TEST(count_in(r.status(), "bytes_buffered") > 1'000'000);

      r.environment = whole;
      without_api(r);
      const auto requests = r.counter("requests");
      const auto load = r.run("load");
      BOOST_TEST(load.exit_code == 0, load.err);
      BOOST_TEST(r.counter("requests") == requests);
      BOOST_TEST(r.table_difference() == "");
      BOOST_TEST(count_in(r.status(), "rows_loaded") == events);
      BOOST_TEST(count_in(r.status(), "bytes_buffered") == 0);
      BOOST_TEST(text_in(r.status(), "status") == "complete");
      BOOST_TEST(r.run("load").exit_code == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(refuse_to_load_nothing) {
  ingest_run r(0);
  const auto p = r.run("load");
  BOOST_TEST(p.exit_code == 78);
  BOOST_TEST(p.err.find("ingest fetch") != std::string::npos, p.err);
}

BOOST_AUTO_TEST_CASE(have_nothing_to_do_twice) {
  ingest_run r(events);
  BOOST_TEST(r.run("fetch").exit_code == 0);
  const auto requests = r.counter("requests");
  const auto again = r.run("fetch");
  BOOST_TEST(again.exit_code == 0, again.err);
  BOOST_TEST(r.counter("requests") == requests);
}

BOOST_AUTO_TEST_CASE(can_be_finished_by_a_run) {
  ingest_run r(events, {"--delay", "10"});
  {
    child_process fetch = r.start("fetch");
    await(fetch, [&] { return r.in_state("rows_durable") >= 2'000; });
    fetch.signal(SIGKILL);
    fetch.wait();
  }
  // What a broken-off fetch has left can be loaded on its own; that completes nothing.
  const auto load = r.run("load");
  BOOST_TEST(load.exit_code == 0, load.err);
  const auto loaded = r.rows();
  BOOST_TEST(loaded >= 2'000);
  BOOST_TEST(loaded < events);
  BOOST_TEST(r.database.value("SELECT complete FROM ingest.pipelines") == "f");

  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(count_in(r.report(), "rows_loaded") == events - loaded);
}

BOOST_AUTO_TEST_CASE(survive_kills_of_either) {
  ingest_run r(events, {"--delay", "5"});
  for (const std::uint64_t goal : {500, 1'000, 3'000, 6'000}) {
    child_process fetch = r.start("fetch");
    await(fetch, [&] { return r.in_state("rows_durable") >= goal; });
    fetch.signal(SIGKILL);
    fetch.wait();
  }
  const auto fetch = r.run("fetch");
  BOOST_TEST(fetch.exit_code == 0, fetch.err);
  for (const std::uint64_t goal : {1, 20, 40}) {
    child_process load = r.start("load", {"--loaders", "1"});
    await(load, [&] { return r.pages_in_ledger() >= goal; });
    load.signal(SIGKILL);
    load.wait();
  }
  const auto load = r.run("load");
  BOOST_TEST(load.exit_code == 0, load.err);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_status)

BOOST_AUTO_TEST_CASE(shows_a_run_while_it_goes_on_and_after_it_was_killed) {
  ingest_run r(events, {"--delay", "30"});
  {
    child_process p = r.start("run");
    await(p, [&] { return r.in_state("rows_loaded") >= 500; });
    const auto status = r.status();
    BOOST_TEST(text_in(status, "status") == "running");
    BOOST_TEST(text_in(status, "command") == "run");
    BOOST_TEST(text_in(status, "pipeline") == "default");
    BOOST_TEST(text_in(status, "run_id").size() == 32);
    BOOST_TEST(text_in(status, "error") == "");
    BOOST_TEST(count_in(status, "rows_loaded") >= 500);
    BOOST_TEST(count_in(status, "rows_durable") >= count_in(status, "rows_loaded"));
    BOOST_TEST(count_in(status, "rows_fetched") >= count_in(status, "rows_durable"));
    BOOST_TEST(count_in(status, "total_expected") == events);
    BOOST_TEST(count_in(status, "rows_rejected") == 0);
    BOOST_TEST(count_in(status, "duplicates_skipped") == 0);
    BOOST_TEST(count_in(status, "restarts") == 0);
    BOOST_TEST(status.HasMember("bytes_buffered"));
    BOOST_TEST_REQUIRE(status["slices"].Size() == 1);
    BOOST_TEST(!status["slices"][0]["done"].GetBool());
    BOOST_TEST(status["slices"][0]["cursor"].IsString());
    BOOST_TEST(text_in(status, "started_at") < text_in(status, "updated_at"));
    p.signal(SIGKILL);
    p.wait();
  }
  BOOST_TEST(text_in(r.status(), "status") == "interrupted");
  BOOST_TEST(r.run("status").out.find("interrupted") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(is_refused_where_there_is_no_run) {
  const ingest_run r(0);
  BOOST_TEST(r.run("status").exit_code == 78);
}

BOOST_AUTO_TEST_SUITE_END()
