#pragma once

#include <optional>
#include <string>

namespace ingest::rest::expressions {

/// Regular expressions as Python's re has them, by PCRE2. Throw a fault of kind other for what is none.

/// The first group of the first match; empty where there is none, nothing where the group took no part in it.
std::optional<std::string> first_group(const std::string& text, const std::string& pattern);

/// re.sub(): \1, \g<1> and \g<name> in `by` are what a group has matched.
std::string substituted(const std::string& text, const std::string& pattern, const std::string& by);

}  // namespace ingest::rest::expressions
