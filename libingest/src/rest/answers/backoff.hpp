#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "rest/answers/verdict.hpp"
#include "rest/expressions/interpolation.hpp"
#include "rest/requests/pattern.hpp"
#include "rest/requests/settings.hpp"

namespace ingest::rest {

/// How long to wait before a request is tried again, if this strategy has something to say about it.
class backoff_strategy {
 public:
  virtual ~backoff_strategy() = default;

  /// In seconds; nothing, or nought, leaves it to the next strategy. `attempt` counts those that were made, from 1.
  /// Throws errc::unavailable where the API asks for more than the connector is allowed to wait.
  virtual std::optional<double> seconds(const exchange& e, unsigned attempt) const = 0;
};

struct constant_backoff_options {
  settings given = {};
  interpolation backoff_time_in_seconds = {};
  std::optional<double> jitter_range_in_seconds = {};
};

/// ConstantBackoffStrategy: always the same, and of a jitter up to twice its range more.
class constant_backoff final : public backoff_strategy {
 public:
  /// Throws errc::config where the time comes out as no number.
  explicit constant_backoff(const constant_backoff_options& options);
  std::optional<double> seconds(const exchange& e, unsigned attempt) const override;

 private:
  double time_;
  std::optional<double> jitter_;
};

struct exponential_backoff_options {
  settings given = {};
  interpolation factor{"5", ""};
  std::optional<double> jitter_range_in_seconds = {};
};

/// ExponentialBackoffStrategy: factor * 2^attempt.
class exponential_backoff final : public backoff_strategy {
 public:
  explicit exponential_backoff(const exponential_backoff_options& options);
  std::optional<double> seconds(const exchange& e, unsigned attempt) const override;

 private:
  double factor_;
  std::optional<double> jitter_;
};

/// What the two strategies below look for in an answer: a number in a header, of which a regular expression may take
/// the beginning; or a date of HTTP (RFC 9110, section 5.6.7), which the CDK does not know.
class header_number {
 public:
  header_number(std::string header, std::optional<pattern> regex)
      : header_(std::move(header)), regex_(std::move(regex)) {}

  std::optional<double> read(const exchange& e) const;
  /// Seconds since 1970.
  std::optional<double> date(const exchange& e) const;

 private:
  std::optional<std::string> text(const exchange& e) const;

  std::string header_;
  std::optional<pattern> regex_;
};

struct header_backoff_options {
  settings given = {};
  interpolation header = {};
  std::optional<interpolation> regex = {};
  std::optional<interpolation> max_waiting_time_in_seconds = {};  ///< as long as this is too long
  std::optional<interpolation> min_wait = {};                     ///< of wait_until_time_from_header only
};

using wall_clock = std::function<std::chrono::system_clock::time_point()>;

/// WaitTimeFromHeader: the header has the seconds to wait; or a date to wait for, as Retry-After may have.
class wait_time_from_header final : public backoff_strategy {
 public:
  explicit wait_time_from_header(
      const header_backoff_options& options, wall_clock now = [] { return std::chrono::system_clock::now(); });
  std::optional<double> seconds(const exchange& e, unsigned attempt) const override;

 private:
  header_number number_;
  std::optional<double> most_;
  wall_clock now_;
};

/// WaitUntilTimeFromHeader: the header has the time to wait for, in seconds since 1970, or as a date.
class wait_until_time_from_header final : public backoff_strategy {
 public:
  wait_until_time_from_header(const header_backoff_options& options, wall_clock now);
  std::optional<double> seconds(const exchange& e, unsigned attempt) const override;

 private:
  header_number number_;
  std::optional<double> least_;
  std::optional<double> most_;
  wall_clock now_;
};

}  // namespace ingest::rest
