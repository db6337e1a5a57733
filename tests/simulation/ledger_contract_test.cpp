/// The contract of run_ledger, kept by PostgreSQL and by the simulated database, so that one stands in for the other.

#include <boost/test/unit_test.hpp>
#include <list>

#include "core/ledger_view.hpp"
#include "ingest/log.hpp"
#include "ingest/testing/ledger_contract.hpp"
#include "postgres/load_session.hpp"
#include "simulation/simulated_connection.hpp"
#include "support/postgres_cluster.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

loading_process open(std::shared_ptr<postgres_target> target, const process_beginning& b) {
  target->compare_with(b.known);
  target->open_run({"test", std::string(32, b.run), "everything"}, b.replace);
  loading_process p{target, [target] { return make_postgres_sink(target, 0); }};
  if (b.has_slices != tenure::until_they_are_taken) {
    p.end_leases = [target] { target->end_leases({}); };
  }
  return p;
}

postgres_options options(const std::string& url, const process_beginning& b) {
  static int processes = 0;
  postgres_options o;
  if (b.has_slices != tenure::until_they_are_taken) {
    const bool lasts = b.has_slices == tenure::leased;
    o.lease = slice_lease{"worker " + std::to_string(++processes),
                          lasts ? std::chrono::hours(1) : std::chrono::milliseconds(0)};
  }
  o.url = url;
  o.pipeline = "test";
  o.outage_deadline = std::chrono::seconds(20);
  return o;
}

ledger_kind of_postgres() {
  return {[] {
    const auto database = std::make_shared<test_database>();
    return [database](const process_beginning& b) {
      return open(std::make_shared<postgres_target>(options(database->url(), b)), b);
    };
  }};
}

struct simulated_server {
  schedule chance = schedule::without_faults();
  simulated_database database{chance};
  std::list<simulated_process> processes;
};

ledger_kind of_simulation() {
  return {[] {
    const auto server = std::make_shared<simulated_server>();
    return [server](const process_beginning& b) {
      simulated_process& process =
          server->processes.emplace_back(server->chance, "process " + std::to_string(server->processes.size()));
      const auto connect = [server, &process](const std::string&, std::stop_token stop) {
        return std::make_unique<simulated_connection>(server->chance, server->database, process, std::move(stop));
      };
      return open(std::make_shared<postgres_target>(std::make_shared<detail::load_session>(
                      options("postgresql://nobody@simulated/database", b), connect)),
                  b);
    };
  }};
}

void check_all(const std::vector<contract_case<ledger_kind>>& cases, const ledger_kind& kind) {
  log::configure(log::format::json, log::level::error);
  for (const auto& c : cases) {
    for (const violation& v : check(c, kind)) {
      BOOST_ERROR(v.contract_case << ": " << v.what);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_contract_of_a_ledger)

BOOST_AUTO_TEST_CASE(is_kept_by_postgresql) {
  check_all(ledger_cases(), of_postgres());
  check_all(lease_cases(), of_postgres());
}

BOOST_AUTO_TEST_CASE(is_kept_by_the_simulated_database) {
  check_all(ledger_cases(), of_simulation());
  check_all(lease_cases(), of_simulation());
}

BOOST_AUTO_TEST_SUITE_END()
