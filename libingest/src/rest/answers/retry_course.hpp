#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ingest/stop.hpp"
#include "rest/answers/error_handler.hpp"

namespace ingest::rest {

/// The attempts at one request: counts them and says when the next one is due. The rules are the CDK's: three loops,
/// one in the other. Inmost that of waits by a backoff strategy (a second is added to each), around it that of rate
/// limits, outermost that of all else, both waiting 1, 2, 4 … seconds; each has max_retries, and those further in begin
/// anew with every attempt of one further out. max_time ends the first and the last. Beyond the CDK: Retry-After (RFC
/// 9110, section 10.2.3) is the least wait where no strategy speaks; and where a person has set how long requests may
/// be tried again, none is waited for that would come later.
class retry_course {
 public:
  /// `deadline`: from now on; none: as the connector has it.
  retry_course(const error_handler& handler, timing time,
               std::optional<std::chrono::milliseconds> deadline = std::nullopt);

  /// An attempt came out as `v`, which asks for another one: how long to wait. Nothing where retries or time are used
  /// up. Throws errc::unavailable for a wait that is longer than a connector may wait.
  std::optional<std::chrono::milliseconds> next(const verdict& v, const exchange& e);

  unsigned attempts() const { return attempts_; }

  /// Whether next() said nothing because of the deadline.
  bool is_cut_short() const { return cut_short_; }

 private:
  using ms = std::chrono::milliseconds;

  struct loop {
    unsigned tries = 0;
    timing::clock::time_point start{};
  };

  std::optional<ms> wait_before(const verdict& v, const exchange& e);
  std::optional<double> wait_by_strategy(const exchange& e) const;
  std::optional<ms> next_by_strategy(double seconds);
  std::optional<ms> next_by_rate_limit(const exchange& e);
  std::optional<ms> next_by_default(const exchange& e);
  bool time_is_up(const loop& l) const;
  ms at_least_what_is_asked(ms wait, const exchange& e) const;

  const error_handler& handler_;
  timing time_;
  unsigned most_;  // tries of each loop
  std::optional<ms> deadline_;
  timing::clock::time_point begun_;
  bool cut_short_ = false;
  unsigned attempts_ = 0;
  loop strategy_;
  loop rate_limit_;
  loop default_;
};

}  // namespace ingest::rest
