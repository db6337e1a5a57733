#include "rest/streams/job_slots.hpp"

#include <utility>

#include "ingest/stop.hpp"

namespace ingest::rest {

job_slots::held& job_slots::held::operator=(held&& other) noexcept {
  if (this != &other) {
    free();
    of_ = std::move(other.of_);
  }
  return *this;
}

void job_slots::held::free() noexcept {
  if (const auto slots = std::exchange(of_, nullptr)) {
    slots->put_back();
  }
}

job_slots::held job_slots::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return taken_ < most_; });
  throw_if_stopped(stop);
  ++taken_;
  return held(shared_from_this());
}

job_slots::held job_slots::take_for_running() {
  const std::lock_guard lock(mutex_);
  ++taken_;
  return held(shared_from_this());
}

void job_slots::put_back() noexcept {
  {
    const std::lock_guard lock(mutex_);
    --taken_;
  }
  changed_.notify_all();
}

}  // namespace ingest::rest
