/// Pages that follow each other are folded into their slice's row, by whichever loader. Who meets a page that another
/// transaction has folded must not load it again.

#include <boost/test/unit_test.hpp>
#include <thread>

#include "core/ledger_view.hpp"
#include "postgres/libpq_connection.hpp"
#include "postgres/lost_transaction.hpp"
#include "postgres/postgres_ledger.hpp"
#include "support/loading_fixture.hpp"
#include "support/tcp_proxy.hpp"

using namespace ingest;
using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

struct fold_fixture : loading_fixture {
  int page_rows() const { return number("SELECT count(*) FROM ingest.pages"); }
  int waiting() const { return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"); }

  /// A transaction of the same process that has entered and folded the pages, and stays open.
  std::unique_ptr<detail::libpq_connection> open_zombie(const batch& b) const {
    const detail::database_address address(database.url());
    auto zombie = std::make_unique<detail::libpq_connection>(
        address, "zombie", detail::libpq_connection::limits{5s, 60s}, std::stop_token());
    detail::begin_loading(*zombie, identity, {{b.pages.front().slice, 1}});
    BOOST_TEST(detail::claim_pages(*zombie, identity.pipeline, b.pages).size() == b.pages.size());
    const std::vector<slice_id> slices{b.pages.front().slice};
    detail::fold(*zombie, identity.pipeline, slices);
    return zombie;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_folding, fold_fixture)

BOOST_AUTO_TEST_CASE(a_page_whose_commit_got_no_answer_and_that_another_loader_has_folded_is_not_loaded_twice) {
  tcp_proxy proxy{postgres_cluster::shared().port()};
  auto o = options();
  o.url = database.url_at(proxy.port());
  std::unique_ptr<sink> second;
  std::optional<batch> front;
  o.time.wait = [&](std::chrono::milliseconds, const std::stop_token&) {
    if (front) {
      second->write(*std::exchange(front, std::nullopt));
    }
    return true;
  };
  const auto target = open_target(o);
  const auto first = open_sink(target);
  second = open_sink(target, 1);
  first->write(batches.next({event_rows(1, 10)}));
  front = batches.next({event_rows(11, 20)});
  const batch behind = batches.next({event_rows(21, 30)});
  proxy.cut_on(std::string("COMMIT\0", 7), tcp_proxy::moment::after);
  const auto done = first->write(behind);
  BOOST_TEST(proxy.cuts() == 1);
  BOOST_TEST(!front.has_value(), "the other loader has not come in between");
  BOOST_TEST(done.rows_loaded == 10u);
  BOOST_TEST(done.duplicates_skipped == 0u);
  BOOST_TEST(o.counters->rows_loaded == 30u);
  BOOST_TEST(page_rows() == 0);
  BOOST_TEST(pages() == 3);
  BOOST_TEST(rows() == 30);
}

BOOST_AUTO_TEST_CASE(a_zombie_that_has_entered_and_folded_a_page_holds_others_until_it_ends) {
  for (const std::string end : {"COMMIT", "ROLLBACK"}) {
    const bool commits = end == "COMMIT";
    const slice_id slice("", end);
    const auto target = open_target();
    open_sink(target)->write(batches.next({event_rows(0, 0)}));  // the table is not empty
    target->claim(std::vector<slice_id>{slice});
    const batch b = batches.next({event_rows(1, 10, end + "-")}, slice);
    const auto zombie = open_zombie(b);
    write_outcome done;
    std::thread loader([&] { done = open_sink(target)->write(b); });
    BOOST_TEST(eventually([&] { return waiting() == 1; }));
    BOOST_TEST(number("SELECT count(*) FROM ingest.slices WHERE slice = '" + end + "' AND pages > 0") == 0,
               "nobody sees what it has folded");
    zombie->run(end);
    loader.join();
    BOOST_TEST(done.rows_already_loaded == (commits ? 10u : 0u), end);
    BOOST_TEST(done.rows_loaded == (commits ? 0u : 10u), end);
    BOOST_TEST(number("SELECT pages FROM ingest.slices WHERE slice = '" + end + "'") == 1, end);
  }
  BOOST_TEST(page_rows() == 0);
  BOOST_TEST(rows() == 11);
}

BOOST_AUTO_TEST_CASE(a_slice_that_another_transaction_folds_is_left_to_it_and_folded_later) {
  const auto target = open_target();
  target->claim(std::vector<slice_id>{0});
  const batch first = batches.next({event_rows(1, 10)});
  const batch second = batches.next({event_rows(11, 20)});
  const batch third = batches.last({event_rows(21, 30)});
  const auto other = open_zombie(first);
  const auto loader = open_sink(target);
  BOOST_TEST(loader->write(second).rows_loaded == 10u, "it does not wait");
  BOOST_TEST(page_rows() == 1);
  other->run("COMMIT");
  loader->write(third);
  BOOST_TEST(page_rows() == 0);
  BOOST_TEST(number("SELECT pages FROM ingest.slices") == 3);
  BOOST_TEST(target->peek()->slices_done == 1u);
}

BOOST_AUTO_TEST_CASE(what_nobody_has_folded_is_folded_when_the_run_is_completed) {
  const auto target = open_target();
  target->claim(std::vector<slice_id>{0});
  const batch first = batches.next({event_rows(1, 10)});
  const batch second = batches.last({event_rows(11, 20)});
  {
    const auto other = open_zombie(first);
    open_sink(target)->write(second);
    other->run("COMMIT");
  }
  BOOST_TEST(page_rows() == 1);
  BOOST_TEST(target->peek()->slices_done == 1u, "whoever looks sees through it");
  open_sink(target)->finalize();
  BOOST_TEST(page_rows() == 0);
  BOOST_TEST(target->peek()->complete);
}

BOOST_AUTO_TEST_CASE(a_run_is_completed_only_when_a_transaction_that_still_folds_has_ended) {
  for (const std::string end : {"COMMIT", "ROLLBACK"}) {
    identity.pipeline = end;
    batches = {};
    auto o = options();
    o.pipeline = end;
    const auto target = open_target(o);
    target->claim(std::vector<slice_id>{0});
    const auto other = open_zombie(batches.last({event_rows(1, 10, end + "-")}));
    database.execute("INSERT INTO ingested_events VALUES ('" + end + "', '{}')");  // as if it had loaded rows
    std::optional<error> refusal;
    std::thread completing([&] {
      try {
        open_sink(target)->finalize();
      } catch (const error& e) {
        refusal = e;
      }
    });
    BOOST_TEST(eventually([&] { return waiting() == 1; }));
    BOOST_TEST(!target->peek()->complete);
    other->run(end);
    completing.join();
    BOOST_TEST(refusal.has_value() == (end == "ROLLBACK"), end + ": " + (refusal ? refusal->what() : "none"));
    BOOST_TEST(target->peek()->complete == (end == "COMMIT"), end);
    if (refusal) {
      BOOST_TEST((refusal->code() == errc::bad_data), refusal->what());
    }
  }
}

/// Its tables are emptied all the time. Whoever plans a join by what was there when VACUUM came goes through all pages
/// for each of them: a loading transaction of minutes, again and again.
BOOST_AUTO_TEST_CASE(a_range_of_many_slices_is_loaded_though_the_ledgers_statistics_say_that_it_is_empty) {
  constexpr int count = 20'000;
  const auto target = open_target();
  for (const std::string of :
       {"pages (pipeline, stream, slice, page, last, bytes, rows, crc, position) SELECT 'other', "
        "'', n::text, 1, true, 1, 1, 1, ''",
        "slices (pipeline, stream, slice) SELECT 'other', '', n::text"}) {
    database.execute("INSERT INTO ingest." + of + " FROM generate_series(1, " + std::to_string(count) + ") n");
  }
  for (const std::string table : {"ingest.pages", "ingest.slices"}) {
    database.execute("DELETE FROM " + table + "; ALTER TABLE " + table + " SET (autovacuum_enabled = false)");
    database.execute("VACUUM (ANALYZE, TRUNCATE false) " + table);
    BOOST_TEST(number("SELECT relpages FROM pg_class WHERE oid = '" + table + "'::regclass") > 100, table);
  }
  std::vector<slice_id> slices;
  batch range;
  std::string data;
  for (int n = 1; n <= count; ++n) {
    slices.emplace_back("", std::to_string(n));
    const batch one = batches.last({event_rows(n, n)}, slices.back());
    range.pages.push_back(one.pages.front());
    data += *one.data;
  }
  range.records = count;
  range.data = std::make_shared<const std::string>(std::move(data));
  target->claim(slices);
  BOOST_TEST(open_sink(target)->write(range).rows_loaded == static_cast<std::uint64_t>(count));
  BOOST_TEST(page_rows() == 0);
  BOOST_TEST(number("SELECT count(*) FROM ingest.slices WHERE done AND pages = 1") == count);
  open_sink(target)->finalize();
  BOOST_TEST(target->peek()->complete);
}

BOOST_AUTO_TEST_SUITE_END()
