#include "support/simulated_system.hpp"

#if INGEST_CAF_1
#include <caf/test/reporter.hpp>
#endif

namespace ingest::testing {

#if INGEST_CAF_1

bool has_ended(const caf::strong_actor_ptr& actor) {
  return !actor;
}

/// CAF's fixture logs to its own test runner's reporter, which is not there.
simulated_system::types::types() {
  actors::system_config<caf::id_block::ingest_actors>::initialise_types();
  static const auto silent = caf::test::reporter::make_default();
  silent->verbosity(CAF_LOG_LEVEL_QUIET);
  caf::test::reporter::instance(silent.get());
}

simulated_system::simulated_system(std::uint64_t seed) : random_(seed) {}
simulated_system::~simulated_system() = default;
caf::actor_system& simulated_system::system() {
  return fixture_.sys;
}
bool simulated_system::deliver_one() {
  return fixture_.dispatch_message();
}
bool simulated_system::advance() {
  return fixture_.trigger_timeout();
}

#else

bool has_ended(const caf::strong_actor_ptr& actor) {
  return !actor || caf::actor_cast<caf::abstract_actor*>(actor)->getf(caf::abstract_actor::is_terminated_flag);
}

simulated_system::simulated_system(std::uint64_t seed)
    : random_(seed),
      starves_(random(3) == 0),
      scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())) {}

simulated_system::~simulated_system() {
  while (deliver_one() || advance()) {
  }
}

caf::actor_system& simulated_system::system() {
  return system_;
}

bool simulated_system::deliver_one() {
  auto& jobs = scheduler_.jobs;
  if (jobs.empty()) {
    return false;
  }
  // Who has waited longest waits on, in some schedules: its mailbox fills meanwhile.
  const auto number = starves_ && random(8) != 0 ? jobs.size() - 1 : random(jobs.size());
  const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(number);
  std::swap(*jobs.begin(), *chosen);
  return scheduler_.try_run_once();
}

bool simulated_system::advance() {
  return scheduler_.trigger_timeout();
}

#endif

}  // namespace ingest::testing
