#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "settings/settings.hpp"

namespace ingest::detail {

// Each returns nothing for a text that is malformed or does not fit.

std::optional<std::uint64_t> parse_integer(std::string_view text);

/// Bytes; with a suffix KiB, MiB, GiB or TiB, in any case, also without "iB" or with "B" alone.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// Milliseconds; with a suffix ms, s, min or h.
std::optional<std::uint64_t> parse_duration(std::string_view text);

/// What parse_instant() reads, from 1970 to the end of 9999.
std::optional<std::int64_t> parse_time(std::string_view text);

/// True for a number that says a time in seconds to anybody, and a moment of January 1970 to March 1973 in
/// milliseconds.
bool looks_like_seconds(std::string_view text);

/// "2026-01-27T19:19:13Z".
std::string date_of(std::int64_t seconds);

/// A path; "~" at its beginning is the home directory, as a shell would have it, which .env and the config file do not
/// pass. Throws errc::config for "~somebody", and where HOME is not set.
std::filesystem::path parse_path(std::string_view text);

/// Letters, digits, "_", "." and "-"; 1 to 63 of them.
bool is_name(std::string_view text);

/// Nothing, where it cannot be read.
std::optional<std::string> contents_of(const std::filesystem::path& path);

/// "api", "stdin" or "file:PATH", where the path's ending tells the format.
std::optional<source_choice> parse_source(std::string_view text);

/// "postgres", "stdout" or "file:PATH", where the path's ending tells the compression. Nothing for what looks like CSV.
std::optional<target_choice> parse_target(std::string_view text);

}  // namespace ingest::detail
