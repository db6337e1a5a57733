#pragma once

#include <cstdint>
#include <random>

#include "actors/messages.hpp"

#if INGEST_CAF_1
#include <caf/test/fixture/deterministic.hpp>
#else
#include <caf/scheduler/test_coordinator.hpp>
#endif

namespace ingest::testing {

/// An actor system on one thread whose messages are delivered one at a time, in an order drawn from a seed, and whose
/// clock stands still until it is told to move. The same seed gives the same schedule.
class simulated_system {
 public:
  explicit simulated_system(std::uint64_t seed);
  ~simulated_system();

  caf::actor_system& system();

  /// Delivers one message to an actor that has one waiting. False if none has.
  bool deliver_one();

  /// Moves the clock to the next pending time-out and fires it. False if there is none.
  bool advance();

  std::uint64_t random(std::uint64_t below) {
    return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random_);
  }

 private:
  std::mt19937_64 random_;
#if INGEST_CAF_1
  caf::test::fixture::deterministic fixture_;
#else
  class config : public actors::system_config<caf::id_block::ingest_actors> {
   public:
    config() { set("scheduler.policy", caf::atom("testing")); }
  };
  config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_;
#endif
};

}  // namespace ingest::testing
