#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rest/expressions/lexer.hpp"
#include "rest/expressions/syntax.hpp"

namespace ingest::rest::expressions {

/// A template's tokens, read from left to right.
class token_stream {
 public:
  explicit token_stream(std::vector<token> tokens) : tokens_(std::move(tokens)) {}

  const token& current() const { return tokens_[at_]; }
  const token& ahead() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  token take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }

  bool skip_sign(std::string_view sign);
  bool skip_name(std::string_view name);
  void expect_sign(std::string_view sign);
  std::string expect_name();
  void expect(enum token::kind what);

  /// Throws a fault that says what was wanted and what is there.
  [[noreturn]] void refuse(const std::string& wanted) const;

 private:
  std::vector<token> tokens_;
  std::size_t at_ = 0;
};

/// Jinja's grammar of expressions.
class expression_parser {
 public:
  explicit expression_parser(token_stream& in) : in_(in) {}

  expression whole(bool with_choice = true);

  /// One expression, or several with commas between them as a tuple.
  expression tuple(bool with_choice = true, bool in_parentheses = false);

  /// The name, or names, of {% set %} and {% for %}.
  expression target();

  /// The filters of {% set x | … %}; a constant where there are none.
  expression filters();

 private:
  /// Counts the levels of recursion.
  class level;

  expression either();
  expression both();
  expression negation();
  expression comparison();
  expression sum();
  expression concatenation();
  expression product();
  expression power();
  expression unary(bool with_filters);
  expression primary();
  expression list();
  expression dict();
  expression postfix(expression of);
  expression filtered(expression of);
  expression attribute(expression of);
  expression item(expression of);
  expression subscript();
  expression call(expression of);
  expression filter(expression of);
  expression test(expression of);
  void arguments(expression& of);
  expression binary(expression (expression_parser::*part)(), std::initializer_list<std::string_view> signs);

  token_stream& in_;
  std::size_t level_ = 0;
};

/// An expression of those parts. Throws a fault where it is nested too deeply.
expression made_of(enum expression::kind what, std::vector<expression> parts, std::string name = {});

}  // namespace ingest::rest::expressions
