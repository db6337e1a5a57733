/// The whole main job in simulated worlds: each seed is another schedule of messages, faults and lives.

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iostream>
#include <regex>
#include <string_view>

#include "ingest/log.hpp"
#include "simulation/simulated_world.hpp"

using namespace ingest::testing;

namespace {

struct quiet_log {
  quiet_log() { ingest::log::configure(ingest::log::format::json, ingest::log::level::error); }
};

/// What stands behind `name` on the command line (after "--") or in the environment.
std::uint64_t setting(std::string_view name, const char* variable, std::uint64_t otherwise) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i + 1 < suite.argc; ++i) {
    if (suite.argv[i] == name) {
      return std::strtoull(suite.argv[i + 1], nullptr, 10);
    }
  }
  const char* value = std::getenv(variable);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

void try_schedules(workers who) {
  const std::uint64_t replayed = setting("--seed", "INGEST_SEED", 0);
  const std::uint64_t first = replayed != 0 ? replayed : setting("--first", "INGEST_FIRST_SEED", 1);
  const std::uint64_t seeds =
      replayed != 0 ? 1 : setting("--seeds", "INGEST_SEEDS", who == workers::alone ? 2'000 : 1'000);
  std::array<std::uint64_t, fault_kinds> faults{};
  std::size_t lives = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const simulated_history h = simulate(seed, planted_bug::none, who);
    for (std::size_t i = 0; i < fault_kinds; ++i) {
      faults[i] += h.faults[i];
    }
    lives += h.lives;
    if (replayed != 0 || !h.violation.empty()) {
      std::cout << h.text;
    }
    BOOST_REQUIRE_MESSAGE(h.violation.empty(), "seed " << seed << ": " << h.violation
                                                       << "\nits schedule is above; to replay it: "
                                                          "scripts/simulate "
                                                       << (who == workers::shared ? "--shared " : "") << "--seed "
                                                       << seed);
  }
  std::cout << seeds << " worlds, " << lives << " lives of the job\n";
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    std::cout << "  " << faults[i] << "  " << name_of(static_cast<fault>(i)) << "\n";
    const bool is_possible =
        who == workers::alone || (i != std::size_t(fault::rival_started) && i != std::size_t(fault::started_over));
    BOOST_TEST((seeds < 1'000 || faults[i] > 0 || !is_possible),
               "it never happened that " << name_of(static_cast<fault>(i)));
  }
}

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(quiet_log);

BOOST_AUTO_TEST_SUITE(whole_job)

BOOST_AUTO_TEST_CASE(no_schedule_of_faults_loses_an_event_or_loads_one_twice) {
  try_schedules(workers::alone);
}

BOOST_AUTO_TEST_CASE(no_schedule_of_faults_does_so_to_a_run_where_processes_share_it) {
  try_schedules(workers::shared);
}

BOOST_AUTO_TEST_CASE(a_seed_replayed_gives_the_same_schedule) {
  // The names of runs are drawn elsewhere, and appear in messages only.
  const std::regex run_id("[0-9a-f]{32}|_ingest_[0-9a-f]+");
  for (const workers who : {workers::alone, workers::shared}) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      const auto text = [&] { return std::regex_replace(simulate(seed, planted_bug::none, who).text, run_id, ""); };
      BOOST_REQUIRE_MESSAGE(text() == text(), "seed " << seed);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
