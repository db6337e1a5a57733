#pragma once

#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "actors/supervisor.hpp"
#include "support/scripted_pipeline.hpp"
#include "support/simulated_system.hpp"

namespace ingest::testing {

/// One run of the pipeline's real actors on a simulated scheduler.
class simulated_run {
 public:
  simulated_run(std::uint64_t seed, actors::pipeline_spec spec);
  ~simulated_run();

  /// Delivers messages until the pipeline has ended; `after_each` runs after every single one. Throws if it does not
  /// end within `limit` deliveries.
  stream_result run(
      const std::function<void()>& after_each = [] {}, std::size_t limit = 200'000);

  /// Delivers one message, or fires a time-out. Returns whether the pipeline goes on. Throws if it stands still.
  bool step();

  /// What the pipeline has ended with, if it has.
  const std::optional<stream_result>& result() const { return result_; }

  /// Time-outs fire from now on only where nobody has anything else to do.
  void let_time_stand_still() { rarity_of_timeouts_ = std::numeric_limits<std::uint64_t>::max(); }

  void kill(actors::stage_id stage);
  /// Kills a stage drawn at random among those that were ever started.
  void kill_any();
  /// Likewise, among those of `kinds`.
  void kill_any(std::initializer_list<actors::stage_kind> kinds);
  /// Whether the last life of the stage, if there was one, has ended. With CAF 1.x perhaps some time later.
  bool is_dead(actors::stage_id stage) const;

  /// What a stage is about to be told, if that is a T; to falsify it. Always null with CAF 1.x, whose mailboxes cannot
  /// be looked into.
  template <class T>
  T* next(actors::stage_id stage) const {
    const auto known = stages_.find(stage);
    return known == stages_.end() ? nullptr : next_message<T>(caf::actor_cast<caf::strong_actor_ptr>(known->second));
  }

  void stop();

  /// Posts a message to the stage, which takes those of Handle, if it is alive.
  template <class Handle, class Message>
  void tell(actors::stage_id stage, Message m) {
    if (const auto alive = caf::actor_cast<caf::strong_actor_ptr>(stages_[stage])) {
      actors::post(caf::actor_cast<Handle>(alive), std::move(m));
    }
  }

  std::size_t delivered() const { return delivered_; }
  std::uint64_t random(std::uint64_t below) { return simulation_.random(below); }

 private:
  simulated_system simulation_;
  std::uint64_t rarity_of_timeouts_;  ///< between two messages of a stage that is busy
  std::shared_ptr<actors::pipeline_context> run_;
  std::map<actors::stage_id, caf::weak_actor_ptr> stages_;
  std::optional<stream_result> result_;
  actors::supervisor_actor supervisor_;
  std::size_t delivered_ = 0;
};

}  // namespace ingest::testing
