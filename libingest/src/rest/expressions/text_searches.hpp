#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest::expressions {

/// What the methods of Python's str do. Positions count characters.

/// The first, or last, place of `part` between two positions; -1 where there is none.
std::int64_t position_of(const std::string& in, const std::string& part, std::int64_t from,
                         const std::optional<value>& to, bool last);
std::int64_t occurrences(const std::string& in, const std::string& part);

/// `most` times only, unless it is negative.
std::string replaced(std::string_view in, std::string_view part, std::string_view by, std::int64_t most);

/// split(by) and split(): at most so often, from the right if asked for.
value::elements parts_of(std::string_view text, std::string_view by, std::int64_t most, bool right);
value::elements words_of(std::string_view text, std::int64_t most, bool right);
value::elements lines_of(std::string_view text, bool with_ends);

std::string titled(std::string_view text);
std::string capitalized(std::string_view text);
std::string swapped_case(std::string_view text);
/// `align` is <, > or ^.
std::string aligned(std::string_view text, char align, std::int64_t width, std::string_view fill);

/// isdigit() and its like: not of an empty text.
bool is_all_digits(const std::string& text);
bool is_all_letters(const std::string& text);
bool is_all_words(const std::string& text);
bool is_all_space(const std::string& text);
/// islower(), isupper(): of all letters that have case, and at least one.
bool is_all_lower(const std::string& text);
bool is_all_upper(const std::string& text);

}  // namespace ingest::rest::expressions
