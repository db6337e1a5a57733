#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>

namespace ingest::rest {

/// How many jobs of a connector may be at work at a time: `max_concurrent_async_job_count`. Thread-safe.
class job_slots : public std::enable_shared_from_this<job_slots> {
 public:
  /// Of one job; free again when it goes.
  class held {
   public:
    held() = default;
    explicit held(std::shared_ptr<job_slots> of) : of_(std::move(of)) {}
    held(held&&) = default;
    held& operator=(held&& other) noexcept;
    ~held() { free(); }

    explicit operator bool() const { return of_ != nullptr; }
    void free() noexcept;

   private:
    std::shared_ptr<job_slots> of_;
  };

  explicit job_slots(std::size_t most) : most_(most) {}

  /// Waits for a slot. Throws errc::cancelled once `stop` is requested.
  held take(const std::stop_token& stop);

  /// For a job that is at work already, as an earlier process has begun it: new ones wait for it all the same.
  held take_for_running();

 private:
  void put_back() noexcept;

  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t taken_ = 0;
};

}  // namespace ingest::rest
