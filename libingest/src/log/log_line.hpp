#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "ingest/log.hpp"

namespace ingest::detail {

/// 2026-01-27T19:19:13.629Z (RFC 3339, UTC).
std::string utc_timestamp(std::chrono::system_clock::time_point t);

/// The lines of a log, without newline. Secrets are masked, whatever was passed in; invalid UTF-8 is replaced, control
/// characters are escaped, so that a line is one line and cannot steer a terminal.
std::string json_line(std::chrono::system_clock::time_point t, log::level l, std::string_view event,
                      std::string_view message, std::span<const log::field> f);
std::string text_line(std::chrono::system_clock::time_point t, log::level l, std::string_view event,
                      std::string_view message, std::span<const log::field> f);

}  // namespace ingest::detail
