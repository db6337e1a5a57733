#pragma once

#include <chrono>
#include <optional>

#include "rest/dates/moment.hpp"

namespace ingest::rest {

/// Makes the bounds of windows those of whole days, weeks or months, as the clock at their offset shows them.
class clamping {
 public:
  enum class period { none, day, week, month };

  clamping() = default;
  explicit clamping(period of, std::chrono::weekday first_of_week = std::chrono::Monday)
      : of_(of), first_of_week_(first_of_week) {}

  period of() const { return of_; }

  /// The beginning of the next period: of a day always the next one, of a week or month itself where it begins then.
  /// Nothing behind the year 9999.
  std::optional<moment> up(const moment& at) const;

  /// The beginning of the period; of a week, the one before where it begins then, as the CDK has it.
  std::optional<moment> down(const moment& at) const;

 private:
  std::optional<moment> day_of_week(const moment& at, std::chrono::days more) const;

  period of_ = period::none;
  std::chrono::weekday first_of_week_ = std::chrono::Monday;
};

}  // namespace ingest::rest
