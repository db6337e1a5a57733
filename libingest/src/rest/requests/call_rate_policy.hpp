#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rest/requests/call_matcher.hpp"

namespace ingest::rest {

/// How often calls that match may be made. Thread-safe.
class call_rate_policy {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using ms = std::chrono::milliseconds;

  explicit call_rate_policy(std::vector<call_matcher> matchers) : matchers_(std::move(matchers)) {}
  virtual ~call_rate_policy() = default;

  /// True if any matcher does, and where there is none.
  bool matches(const api_call& call) const;

  /// That of the first matcher which matches.
  unsigned weight_of(const api_call& call) const;

  /// Takes `weight` calls if they may be made at `now`; or else says how long to wait before asking again. Throws
  /// errc::config for a weight that can never be had.
  virtual std::optional<ms> acquire(unsigned weight, time_point now) = 0;

  /// What an answer of `now` says: how many calls are left, and in which time their number begins anew.
  virtual void update(std::optional<std::int64_t> left, std::optional<ms> reset, time_point now) = 0;

 private:
  std::vector<call_matcher> matchers_;
};

/// UnlimitedCallRatePolicy: takes calls out of the policies behind it.
class unlimited_call_rate final : public call_rate_policy {
 public:
  using call_rate_policy::call_rate_policy;
  std::optional<ms> acquire(unsigned, time_point) override { return std::nullopt; }
  void update(std::optional<std::int64_t>, std::optional<ms>, time_point) override {}
};

/// FixedWindowCallRatePolicy: so many calls in a period, which begins with the first of them, or when the API says so.
/// (The CDK lets the first period last ten days unless the API says otherwise.) Of what the API says about calls that
/// are left, only less than what is known counts, so that a policy may be stricter than the API.
class fixed_window_call_rate final : public call_rate_policy {
 public:
  /// Throws errc::config for a limit or a period of nought.
  fixed_window_call_rate(std::int64_t limit, ms period, std::vector<call_matcher> matchers, const std::string& where);

  std::optional<ms> acquire(unsigned weight, time_point now) override;
  void update(std::optional<std::int64_t> left, std::optional<ms> reset, time_point now) override;

 private:
  void enter_window(time_point now);

  std::mutex mutex_;
  std::int64_t limit_;
  ms period_;
  std::string where_;
  std::int64_t used_ = 0;
  std::optional<time_point> reset_;
};

struct call_rate {
  std::int64_t limit = 0;
  std::chrono::milliseconds interval{0};
};

/// MovingWindowCallRatePolicy: in no interval of these lengths more calls than its limit.
class moving_window_call_rate final : public call_rate_policy {
 public:
  /// Throws errc::config for no rates, and for limits and intervals of nought.
  moving_window_call_rate(std::vector<call_rate> rates, std::vector<call_matcher> matchers, const std::string& where);

  std::optional<ms> acquire(unsigned weight, time_point now) override;

  /// An API that has no calls left has counted one that we have not.
  void update(std::optional<std::int64_t> left, std::optional<ms> reset, time_point now) override;

 private:
  std::optional<ms> wait_for(const call_rate& rate, std::int64_t weight, time_point now) const;
  void forget_before(time_point now);

  std::mutex mutex_;
  std::vector<call_rate> rates_;
  std::string where_;
  std::deque<std::pair<time_point, std::int64_t>> calls_;  // and their weights, oldest first
};

}  // namespace ingest::rest
