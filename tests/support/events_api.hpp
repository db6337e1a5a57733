#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "support/fake_time.hpp"
#include "support/http_server.hpp"

namespace ingest::testing {

/// What an API answers to some requests instead of what it has. May be set while a request is answered, as one is that
/// its client has given up.
class answer_instead {
 public:
  using function = std::function<std::optional<reply>(const received_request&)>;

  answer_instead& operator=(function f) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(f);
    return *this;
  }

  /// To be asked by another one that takes its place.
  function answer() const {
    const std::lock_guard lock(mutex_);
    return answer_;
  }

  std::optional<reply> operator()(const received_request& r) {
    const std::lock_guard lock(mutex_);
    return answer_ ? answer_(r) : std::nullopt;
  }

 private:
  mutable std::recursive_mutex mutex_;  // an answer may ask the API itself
  function answer_;
};

/// A small API of the DataSync kind to put behind an http_server: `events` events, the newest first, one every
/// `step_ms`, with ids "e0" (the newest), "e1" … Cursors expire by a fake clock. Public members are for tests to set.
class events_api {
 public:
  explicit events_api(std::size_t count, fake_time clock) : events(count), clock_(std::move(clock)) {}

  reply operator()(const received_request& r);

  static constexpr const char* key = "canary-key-4711";
  static constexpr const char* stream_path = "/api/v1/events/d4ta/x7k9/feed";
  static constexpr const char* standard_path = "/api/v1/events";
  static constexpr const char* access_path = "/internal/dashboard/stream-access";
  static constexpr std::int64_t newest_ms = 1'769'000'000'000;

  std::size_t events;
  std::int64_t step_ms = 10;
  bool flat_shape = false;
  int stream_access_status = 200;
  std::int64_t cursor_lives_ms = 116'000;
  std::int64_t token_lives_s = 300;
  std::optional<std::size_t> mistimed_event;  ///< says it is of 1970, and is served in its place all the same
  bool since_is_excluded = false;
  int requests_a_minute = 0;  ///< at the standard endpoint; 0: as many as one likes

  /// Asked first, for every request; what it returns is the answer.
  answer_instead fault;

  /// The stream token of now becomes unknown.
  void revoke_token() { ++token_; }
  int tokens_granted() const { return granted_; }

  /// How many requests were answered with 429.
  int rate_limited() const { return rate_limited_; }

  /// The ids of all events, as a complete run must find them.
  std::set<std::string> all_ids() const;

  std::int64_t time_of(std::size_t event) const { return newest_ms - static_cast<std::int64_t>(event) * step_ms; }

 private:
  reply grant_access(const received_request& r);
  reply limited_page(const received_request& r);
  reply page(const received_request& r) const;
  std::string token() const { return "stream-token-" + std::to_string(token_); }
  std::string event(std::size_t i) const;
  std::string cursor_after(std::size_t i) const;

  fake_time clock_;
  int token_ = 1;
  int granted_ = 0;
  int rate_limited_ = 0;
  int used_ = 0;
  fake_time::time_point minute_begin_{};
};

}  // namespace ingest::testing
