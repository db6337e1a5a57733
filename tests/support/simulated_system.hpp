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

/// Whether one can look at messages that wait in an actor's mailbox, and tell exactly when it has ended.
inline constexpr bool can_see_mailboxes = !INGEST_CAF_1;

/// Whether the seed says whose message is delivered next. CAF 1.x delivers in the order of its own queue; the seed then
/// only moves the kills.
inline constexpr bool delivers_in_any_order = !INGEST_CAF_1;

/// The next message of an actor if it is a T, to be falsified; null without can_see_mailboxes.
template <class T>
T* next_message([[maybe_unused]] const caf::strong_actor_ptr& of) {
#if !INGEST_CAF_1
  auto* next = of ? caf::actor_cast<caf::abstract_actor*>(of)->peek_at_next_mailbox_element() : nullptr;
  if (next != nullptr && next->content().template match_elements<T>()) {
    return &next->content().template get_mutable_as<T>(0);
  }
#endif
  return nullptr;
}

/// Whether an actor has ended, though others may still hold it.
bool has_ended(const caf::strong_actor_ptr& actor);

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
  bool starves_ = false;
#if INGEST_CAF_1
  struct types {  // known before the fixture makes its actor system
    types();
  };
  types types_;
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
