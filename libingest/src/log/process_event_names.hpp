#pragma once

#include <string_view>

/// The names of log events about processes that are read; see event_names.hpp.
namespace ingest::events {

inline constexpr std::string_view process_started = "process_started";
inline constexpr std::string_view process_ended = "process_ended";
inline constexpr std::string_view process_killed = "process_killed";
inline constexpr std::string_view process_says = "process_says";
inline constexpr std::string_view process_prints = "process_prints";
inline constexpr std::string_view process_passed_over = "process_passed_over";
inline constexpr std::string_view process_version = "process_version";
inline constexpr std::string_view process_settings_renewed = "process_settings_renewed";

}  // namespace ingest::events
