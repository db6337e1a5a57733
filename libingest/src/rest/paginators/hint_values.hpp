#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rest/expressions/value.hpp"

/// How APIs write what they say of their pages.
namespace ingest::rest {

/// A whole number, or a text of no more than 15 digits.
std::optional<std::int64_t> number_in(const value& content);

/// A truth, or a text that spells one in English.
std::optional<bool> truth_in(const value& content);

/// A URL, or a path from the root of its host.
bool is_absolute(std::string_view text);

/// null, "", false, {}: said, and nothing.
bool says_nothing(const value& content);

}  // namespace ingest::rest
