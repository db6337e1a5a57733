#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace ingest {

/// The date of an HTTP header such as Date (RFC 9110, section 5.6.7), in each of the three forms.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// The wait that a Retry-After header (RFC 9110, section 10.2.3) asks for: seconds or an HTTP date, relative to `now`.
/// A time that has passed and a negative number are zero, a huge number is clamped to a year, anything else is nothing.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text,
                                                           std::chrono::system_clock::time_point now);

}  // namespace ingest
