#pragma once

#include <chrono>
#include <string_view>

namespace ingest::log {

/// Where nobody reads standard error (a full pipe), whoever logs waits two seconds once, and from then on lines are
/// dropped until there is room again; a line of this event says how many. A run neither hangs nor ends for its log.
inline constexpr std::string_view lines_lost = "log_lines_lost";

/// How long whoever logs waits where nobody reads standard error; two seconds, if nothing is said. With 0 nobody ever
/// waits: what a pipe does not take at once is dropped and counted.
void wait_for_readers(std::chrono::milliseconds most) noexcept;

/// Writes text for people to stderr as it is, in line with the log. Thread-safe; never throws.
void print(std::string_view text) noexcept;

}  // namespace ingest::log
