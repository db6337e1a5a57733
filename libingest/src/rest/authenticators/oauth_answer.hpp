#pragma once

#include <chrono>
#include <string>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// The member `name` of what a token endpoint answers, wherever it is up to five levels down; null if it is nowhere.
const value* find_issued(const value& answer, const std::string& name, int depth = 0);

/// When a token expires: after `expires` seconds, or at the time that it names (seconds since 1970 or ISO 8601). Throws
/// errc::bad_data for what is neither.
std::chrono::system_clock::time_point expiry_of(const value& expires, bool is_a_time,
                                                std::chrono::system_clock::time_point now);

}  // namespace ingest::rest
