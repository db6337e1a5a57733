#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rest/expressions/object.hpp"

namespace ingest::rest::expressions {

using microseconds = std::chrono::microseconds;

/// A point of local time: microseconds since 1970-01-01 00:00 on the clock of its zone.
using local_time = std::chrono::sys_time<microseconds>;

/// The years that Python knows: 1 to 9999. Throws a fault of kind other (OverflowError) beyond them.
local_time checked(local_time at);

/// datetime.date
class calendar_date final : public object {
 public:
  explicit calendar_date(std::chrono::sys_days on) : day(on) {}

  const std::chrono::sys_days day;

  std::string_view type() const override { return "datetime.date"; }
  std::string repr() const override;
  std::string text() const override;
  bool equals(const object& other) const override;
  std::optional<value> attribute(std::string_view name) const override;
  bool has_method(std::string_view name) const override;
  value call(std::string_view method, const arguments& with) const override;
};

/// datetime.datetime: with an offset from UTC, or naive.
class moment final : public object {
 public:
  moment(local_time when, std::optional<std::chrono::seconds> ahead) : at(checked(when)), offset(ahead) {}

  static value of(local_time at, std::optional<std::chrono::seconds> offset) {
    return value::object_of(std::make_shared<moment>(at, offset));
  }

  const local_time at;
  const std::optional<std::chrono::seconds> offset;

  /// UTC where it is naive.
  local_time utc() const { return at - offset.value_or(std::chrono::seconds(0)); }

  std::string_view type() const override { return "datetime.datetime"; }
  std::string repr() const override;
  std::string text() const override;
  bool equals(const object& other) const override;
  std::optional<value> attribute(std::string_view name) const override;
  bool has_method(std::string_view name) const override;
  value call(std::string_view method, const arguments& with) const override;
};

/// datetime.timedelta, or isodate's Duration where there are months.
class time_span final : public object {
 public:
  explicit time_span(microseconds length, std::int64_t months = 0);

  static value of(microseconds length, std::int64_t months = 0) {
    return value::object_of(std::make_shared<time_span>(length, months));
  }

  const microseconds length;
  const std::int64_t months;

  std::string_view type() const override { return months == 0 ? "datetime.timedelta" : "Duration"; }
  std::string repr() const override;
  std::string text() const override;
  bool truth() const override { return length.count() != 0 || months != 0; }
  bool equals(const object& other) const override;
  std::optional<value> attribute(std::string_view name) const override;
  bool has_method(std::string_view name) const override;
  value call(std::string_view method, const arguments& with) const override;
};

/// + - * / // of dates, times and spans; nothing where neither side is one, or Python has no such operation.
std::optional<value> date_arithmetic(std::string_view sign, const value& left, const value& right);

/// Whether left is less than right; nothing where Python does not compare them.
std::optional<bool> is_earlier(const value& left, const value& right);

/// strftime() with the directives of glibc, as Python calls it.
std::string formatted(const moment& at, std::string_view format);

/// The CDK's formats as well: %s, %s_as_float, %ms, %_ms, %epoch_microseconds.
std::string formatted_with_epochs(const moment& at, std::string_view format);

/// strptime() as Python has it. Throws a fault of kind value.
moment parsed(std::string_view text, std::string_view format);

/// The CDK's formats as well; UTC where the text names no zone.
moment parsed_with_epochs(const std::string& text, std::string_view format);

/// ISO 8601 as dateutil.parser.isoparse() reads it. Throws a fault of kind value.
moment parsed_iso(std::string_view text);

/// A duration of ISO 8601, as isodate reads it: P1DT2H.
value parsed_duration(std::string_view text);

/// isoformat()
std::string iso_text(const moment& at, std::string_view separator, std::string_view precision = "auto");

/// What the clocks of a zone of the tz database are ahead of UTC at that time. Throws a fault where there is no such
/// zone on this system.
std::chrono::seconds zone_offset(const std::string& zone, std::chrono::sys_seconds at);

}  // namespace ingest::rest::expressions
