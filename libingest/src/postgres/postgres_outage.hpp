#pragma once

#include <chrono>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>

#include "ingest/postgres.hpp"
#include "postgres/postgres_error.hpp"

namespace ingest::detail {

/// Tells the log when the database is away and when it is back, once for all loaders. Thread-safe.
class outage_log {
 public:
  explicit outage_log(std::string shown) : shown_(std::move(shown)) {}

  void connected();
  void unavailable(const error& why);
  void recovered();

 private:
  using clock = std::chrono::steady_clock;

  const std::string shown_;
  std::mutex mutex_;
  bool away_ = false;
  clock::time_point since_;
  clock::time_point last_line_;
};

/// How often and how long one piece of work is tried: exponential backoff with full jitter, until the deadline.
class retry_schedule {
 public:
  retry_schedule(const postgres_options& o, std::string shown, outage_log& log, std::stop_token stop)
      : options_(o), shown_(std::move(shown)), log_(log), stop_(std::move(stop)) {}

  /// Returns when it is time to try again after `e`. Throws `e` if trying again makes no sense, errc::unavailable when
  /// the deadline has passed, errc::cancelled when stopped.
  void wait_after(const database_error& e, bool in_doubt);

  /// The work is done.
  void succeeded();

 private:
  using clock = std::chrono::steady_clock;

  const postgres_options& options_;
  const std::string shown_;
  outage_log& log_;
  std::stop_token stop_;
  clock::time_point began_;
  unsigned failures_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace ingest::detail
