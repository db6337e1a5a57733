#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest::expressions {

struct token {
  enum class kind { data, variable_begin, variable_end, block_begin, block_end, name, text, number, sign, end };

  kind what;
  std::string text;  ///< what stands there; of a text, its contents
  value number;
  std::size_t line;

  bool is(std::string_view sign) const { return what == kind::sign && text == sign; }
  bool is_name(std::string_view name) const { return what == kind::name && text == name; }
};

/// The tokens of a template, with an `end` behind them: Jinja's lexer with its delimiters and settings of the CDK, that
/// is, none. Throws a `fault` of kind syntax.
std::vector<token> tokens_of(std::string_view text);

/// An unfinished, or no, number at the front of `text`: 0. Otherwise the length of what Jinja and Python both read as
/// one; `whole` tells whether it has neither fraction nor exponent. Underscores stand between digits.
std::size_t number_length(std::string_view text, bool& whole);

/// The value of such a number. Throws errc::bad_data where it has more digits than Python takes.
value number_from(std::string_view spelling, bool whole);

}  // namespace ingest::rest::expressions
