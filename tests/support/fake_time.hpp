#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "ingest/stop.hpp"

namespace ingest::testing {

/// A clock that moves only when somebody waits: a wait returns at once, with the clock advanced by its length.
class fake_time {
 public:
  using time_point = std::chrono::system_clock::time_point;

  explicit fake_time(std::chrono::seconds since_epoch = std::chrono::seconds(1'770'000'000))
      : state_(std::make_shared<state>()) {
    state_->now = time_point(since_epoch);
  }

  timing as_timing() const {
    timing t;
    t.wall = [s = state_] {
      const std::lock_guard lock(s->mutex);
      return s->now;
    };
    t.now = [wall = t.wall] { return timing::clock::time_point(wall().time_since_epoch()); };
    t.wait = [s = state_](std::chrono::milliseconds wait, const std::stop_token& stop) {
      if (stop.stop_requested()) {
        return false;
      }
      const std::lock_guard lock(s->mutex);
      s->now += wait;
      s->waits.push_back(wait);
      return true;
    };
    return t;
  }

  time_point now() const {
    const std::lock_guard lock(state_->mutex);
    return state_->now;
  }

  std::int64_t now_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch()).count();
  }

  void advance(std::chrono::milliseconds by) {
    const std::lock_guard lock(state_->mutex);
    state_->now += by;
  }

  std::vector<std::chrono::milliseconds> waits() const {
    const std::lock_guard lock(state_->mutex);
    return state_->waits;
  }

 private:
  struct state {
    std::mutex mutex;
    time_point now;
    std::vector<std::chrono::milliseconds> waits;
  };
  std::shared_ptr<state> state_;
};

}  // namespace ingest::testing
