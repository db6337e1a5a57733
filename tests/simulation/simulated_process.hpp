#pragma once

#include <functional>
#include <string>

#include "ingest/error.hpp"
#include "simulation/schedule.hpp"

namespace ingest::testing {

/// A life of the program, as the things around it see it. Once it is dead, nothing that it still does has an effect.
class simulated_process {
 public:
  simulated_process(schedule& s, std::string name) : schedule_(s), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  bool dead() const { return dead_; }
  bool power_lost() const { return power_lost_; }

  /// Called where the process stands still for a while, as if it were stopped and continued.
  std::function<void()> while_paused = [] {};

  /// Called before each statement: other processes do something meanwhile.
  std::function<void()> meanwhile = [] {};

  void note(std::string_view what) { schedule_.note(name_, what); }

  /// The process dies.
  void kill(bool power_lost) {
    dead_ = true;
    power_lost_ = power_lost;
  }

  /// Whether the process dies right here.
  bool dies(const std::string& where) {
    require_alive();
    if (schedule_.occurs(fault::process_killed, where)) {
      kill(false);
    } else if (schedule_.occurs(fault::power_lost, where)) {
      kill(true);
    }
    return dead_;
  }

  /// Throws if the process is dead.
  void require_alive() const {
    if (dead_) {
      throw error(errc::io, "the process is dead", false);
    }
  }

  void survive(const std::string& where) {
    if (dies(where)) {
      require_alive();
    }
  }

 private:
  schedule& schedule_;
  std::string name_;
  bool dead_ = false;
  bool power_lost_ = false;
};

}  // namespace ingest::testing
