#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>

#include "ingest/postgres.hpp"
#include "ingest/retry.hpp"
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

/// The tries of one piece of work: waits between them, says so, and gives up at the deadline.
class database_retries {
 public:
  database_retries(const postgres_options& o, std::string shown, outage_log& log, std::stop_token stop);

  /// Returns when it is time to try again after `e`. Throws `e` if trying again makes no sense, errc::unavailable when
  /// the deadline has passed, errc::cancelled when stopped.
  void wait_after(const database_error& e, bool in_doubt);

  /// Returns when it is time to try again after a file found no space on the disk, holding nothing in the database
  /// meanwhile. Throws errc::no_space, not transient, when options().disk_deadline has passed.
  void wait_for_room(const error& e);

  /// The work is done.
  void succeeded();

 private:
  const postgres_options& options_;
  const std::string shown_;
  outage_log& log_;
  std::stop_token stop_;
  retry_schedule schedule_;
  retry_schedule room_;
  retry_schedule::clock::time_point began_;
};

}  // namespace ingest::detail
