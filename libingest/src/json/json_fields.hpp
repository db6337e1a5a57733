#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::detail {

/// The texts of the strings and numbers at `pointers` in a small JSON document, each nothing where there is none.
/// Nothing at all if `json` is no JSON, or more than 64 levels deep.
std::optional<std::vector<std::optional<std::string>>> json_fields(std::string_view json,
                                                                   std::initializer_list<const char*> pointers);

/// `text` as a JSON string, with quotes.
std::string json_quoted(std::string_view text);

}  // namespace ingest::detail
