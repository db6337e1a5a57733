#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ingest::rest::expressions {

/// What Python's literals are made of. Takes it from the front of `rest`, and throws no_literal where it is none.

struct no_literal {};

/// Whether a string begins there, with its prefix if it has one: r, b, u, rb. An f would make it an expression.
bool begins_string(std::string_view rest);

/// Appends the string's contents; true where these are bytes.
bool take_string(std::string_view& rest, std::string& contents);

struct literal_number {
  std::string spelling;  ///< with a digit before its dot
  bool whole;
};
literal_number take_number(std::string_view& rest);

/// Letters, digits and underscores.
std::string_view take_word(std::string_view& rest);

}  // namespace ingest::rest::expressions
