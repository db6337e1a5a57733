#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ingest {

/// How many characters must be inserted, deleted or replaced to turn `a` into `b` (Levenshtein's distance).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The one of `known` that `word` was probably meant to be, or nothing.
std::string nearest_name(std::string_view word, std::span<const std::string> known);

}  // namespace ingest
