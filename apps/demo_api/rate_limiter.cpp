#include "demo_api/rate_limiter.hpp"

namespace demo_api {

rate_limiter::verdict rate_limiter::ask(clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  if (limit_ == 0) {
    return {true, 0, 0};
  }
  if (now >= window_end_) {
    window_end_ = now + window_;
    used_ = 0;
  }
  const bool allowed = used_ < limit_;
  if (allowed) {
    ++used_;
  }
  const auto left = std::chrono::ceil<std::chrono::seconds>(window_end_ - now);
  return {allowed, limit_ - used_, static_cast<std::uint64_t>(left.count())};
}

}  // namespace demo_api
