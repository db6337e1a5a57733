#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ingest/settings.hpp"

namespace ingest::detail {

// Each returns nothing for a text that is malformed or does not fit.

std::optional<std::uint64_t> parse_integer(std::string_view text);

/// Bytes; with a suffix KiB, MiB, GiB or TiB, in any case, also without "iB" or with "B" alone.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// Milliseconds; with a suffix ms, s, min or h.
std::optional<std::uint64_t> parse_duration(std::string_view text);

/// What parse_instant() reads, from 1970 to the end of 9999.
std::optional<std::int64_t> parse_time(std::string_view text);

/// "api", "stdin" or "file:PATH", where the path's ending tells the format.
std::optional<source_choice> parse_source(std::string_view text);

/// "postgres", "stdout" or "file:PATH", where the path's ending tells the compression. Nothing for what looks like CSV.
std::optional<target_choice> parse_target(std::string_view text);

}  // namespace ingest::detail
