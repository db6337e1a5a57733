#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <stop_token>

#include "actors/messages.hpp"

namespace ingest::actors {

/// The supervisor's book of stages: the current life of each, and what has become of it.
class children {
 public:
  struct child {
    life_number life = 0;
    stoppable handle;
    std::stop_source stop;
    bool alive = false;
    bool done = false;  ///< has done what it was asked to do
    bool told = false;  ///< has been told to wind up
    std::optional<error> why;
  };

  /// A stage begins a new life; its handle is to be filled in.
  child& begin(stage_id stage);

  /// The stage has ended.
  void end(child& c);

  child* find(stage_id stage);
  child* find(stage_id stage, life_number life);  ///< null where this is not its current life

  bool any_alive() const;
  bool any_alive_but(stage_kind kind) const { return count_alive() > count_alive(kind); }
  bool any_alive(stage_kind kind) const;
  std::size_t count_alive() const;
  std::size_t count_alive(stage_kind kind) const;

  /// True if each stage of `kind` has ended, having done what it was asked to do.
  bool all_done(stage_kind kind) const;

  /// Interrupts the blocking calls of all stages, or of one.
  void interrupt_all();
  void interrupt(stage_kind kind);

  /// Tells all stages of a kind to wind up; each life once.
  void tell_to_stop(stage_kind kind, const std::optional<error>& why);

  /// Stages may be told to wind up once more, for another reason.
  void forget_what_was_told();

 private:
  void tell(child& c, const std::optional<error>& why);

  std::map<stage_id, child> all_;
  life_number last_life_ = 0;
};

}  // namespace ingest::actors
