#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 10'000;

/// Another host: a DATA_DIR of its own, the same pipeline in the same database.
std::map<std::string, std::string> other_host(const ingest_run& r) {
  auto environment = r.environment;
  environment["DATA_DIR"] = (r.directory / "other_host").string();
  environment["REPORT"] = (r.directory / "other_report.json").string();
  return environment;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_second_process)

BOOST_AUTO_TEST_CASE(on_the_same_data_dir_is_turned_away_and_writes_nothing) {
  ingest_run r(events, {"--delay", "60"});  // long enough for four others, also on a busy machine
  child_process first = r.start("run");
  await(first, [&] { return r.pages_in_ledger() >= 5; });
  const auto fence = r.database.value("SELECT sum(fence) FROM ingest.slices");
  for (const auto& [command, flags] : {std::pair<std::string, std::vector<std::string>>{"run", {}},
                                       {"fetch", {}},
                                       {"load", {}},
                                       {"run", {"--fresh", "--yes"}}}) {
    const auto p = r.run(command, flags);
    BOOST_TEST(p.exit_code == 75, p.err);
    BOOST_TEST(p.err.find(r.data_dir().string()) != std::string::npos, p.err);
  }
  BOOST_TEST(r.database.value("SELECT sum(fence) FROM ingest.slices") == fence);
  BOOST_TEST(first.running());
  BOOST_TEST(first.wait() == 0, first.err());
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(r.counter("pages_served") == events / ingest_run::batch_size);
}

BOOST_AUTO_TEST_CASE(on_another_host_takes_over_and_the_first_ends) {
  ingest_run r(events, {"--delay", "10"});
  // One connection loads in order, so that what the newcomer finds in the ledger has no gaps.
  child_process first = r.start("run", {"--loaders", "1"});
  await(first, [&] { return r.pages_in_ledger() >= 10; });
  const auto own = r.environment;
  r.environment = other_host(r);
  child_process second = r.start("run");
  BOOST_TEST(first.wait() == 75, first.err());
  BOOST_TEST(first.err().find("another process has taken over slice 0") != std::string::npos, first.err());
  BOOST_TEST(second.wait() == 0, second.err());
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(r.number("SELECT sum(rows) FROM ingest.slices") == events);

  // Back on the first host: what it had fetched is in the ledger with other content, or loaded; nothing is added.
  r.environment = own;
  const auto again = r.run("run");
  BOOST_TEST((again.exit_code == 0 || again.exit_code == 65), again.err);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_CASE(with_another_pipeline_loads_beside_the_first) {
  ingest_run r(events, {"--delay", "10"});
  child_process first = r.start("run");
  await(first, [&] { return r.pages_in_ledger() >= 5; });
  r.environment = other_host(r);
  const auto second = r.run("run", {"--pipeline", "second"});
  BOOST_TEST(second.exit_code == 0, second.err);
  BOOST_TEST(first.wait() == 0, first.err());
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(r.rows() == events);
  BOOST_TEST(r.number("SELECT sum(duplicates) FROM ingest.slices") == events);
}

BOOST_AUTO_TEST_CASE(of_another_pipeline_is_refused_the_data_dir_afterwards) {
  ingest_run r(1'000);
  BOOST_TEST(r.run("run").exit_code == 0);
  const auto p = r.run("run", {"--pipeline", "second"});
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(p.err.find("DATA_DIR") != std::string::npos, p.err);
}

BOOST_AUTO_TEST_SUITE_END()
