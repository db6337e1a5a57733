#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace ingest::app {

/// "30s", "15min", "15 min", "2h", "1d": whole seconds; nothing for what is none.
std::optional<std::chrono::seconds> parse_seconds(std::string_view text);

}  // namespace ingest::app
