#include <algorithm>

#include "rest/expressions/fault.hpp"
#include "rest/expressions/parser.hpp"

namespace ingest::rest::expressions {

namespace {

/// Of the parser's recursion, and of the tree that comes out and is walked recursively.
constexpr std::size_t max_levels = 240;
constexpr std::size_t max_depth = 300;

[[noreturn]] void refuse_depth() {
  fail(fault::kind::syntax, "the expression is nested too deeply");
}

}  // namespace

expression made_of(enum expression::kind what, std::vector<expression> parts, std::string name) {
  expression made;
  made.what = what;
  made.name = std::move(name);
  for (const expression& part : parts) {
    made.depth = std::max(made.depth, part.depth + 1);
  }
  if (made.depth > max_depth) {
    refuse_depth();
  }
  made.parts = std::move(parts);
  return made;
}

namespace {

std::vector<expression> together(expression first, expression second) {
  std::vector<expression> parts;
  parts.push_back(std::move(first));
  parts.push_back(std::move(second));
  return parts;
}

expression constant_of(value of) {
  expression made;
  made.constant = std::move(of);
  return made;
}

}  // namespace

class expression_parser::level {
 public:
  explicit level(expression_parser& of) : of_(of) {
    if (++of_.level_ > max_levels) {
      refuse_depth();
    }
  }
  ~level() { --of_.level_; }
  level(const level&) = delete;
  level& operator=(const level&) = delete;

 private:
  expression_parser& of_;
};

expression expression_parser::whole(bool with_choice) {
  const level counted(*this);
  expression first = either();
  while (with_choice && in_.skip_name("if")) {
    std::vector<expression> parts = together(std::move(first), either());
    if (in_.skip_name("else")) {
      parts.push_back(whole());
    }
    first = made_of(expression::kind::choice, std::move(parts));
  }
  return first;
}

expression expression_parser::either() {
  expression left = both();
  while (in_.skip_name("or")) {
    left = made_of(expression::kind::either, together(std::move(left), both()));
  }
  return left;
}

expression expression_parser::both() {
  expression left = negation();
  while (in_.skip_name("and")) {
    left = made_of(expression::kind::both, together(std::move(left), negation()));
  }
  return left;
}

expression expression_parser::negation() {
  const level counted(*this);
  if (!in_.skip_name("not")) {
    return comparison();
  }
  std::vector<expression> part;
  part.push_back(negation());
  return made_of(expression::kind::negation, std::move(part));
}

expression expression_parser::comparison() {
  static constexpr std::string_view operators[] = {"==", "!=", "<", "<=", ">", ">="};
  std::vector<expression> parts;
  std::vector<std::string> words;
  parts.push_back(sum());
  while (true) {
    const token& next = in_.current();
    const bool sign = next.what == token::kind::sign &&
                      std::find(std::begin(operators), std::end(operators), next.text) != std::end(operators);
    const bool not_in = next.is_name("not") && in_.ahead().is_name("in");
    if (!sign && !not_in && !next.is_name("in")) {
      break;
    }
    words.push_back(not_in ? "not in" : next.text);
    in_.take();
    if (not_in) {
      in_.take();
    }
    parts.push_back(sum());
  }
  if (words.empty()) {
    return std::move(parts.front());
  }
  expression made = made_of(expression::kind::comparison, std::move(parts));
  made.words = std::move(words);
  return made;
}

expression expression_parser::binary(expression (expression_parser::*part)(),
                                     std::initializer_list<std::string_view> signs) {
  expression left = (this->*part)();
  while (in_.current().what == token::kind::sign &&
         std::find(signs.begin(), signs.end(), in_.current().text) != signs.end()) {
    std::string sign = in_.take().text;
    left = made_of(expression::kind::arithmetic, together(std::move(left), (this->*part)()), std::move(sign));
  }
  return left;
}

expression expression_parser::sum() {
  return binary(&expression_parser::concatenation, {"+", "-"});
}

expression expression_parser::concatenation() {
  std::vector<expression> parts;
  parts.push_back(product());
  while (in_.skip_sign("~")) {
    parts.push_back(product());
  }
  return parts.size() == 1 ? std::move(parts.front()) : made_of(expression::kind::concatenation, std::move(parts));
}

expression expression_parser::product() {
  return binary(&expression_parser::power, {"*", "/", "//", "%"});
}

expression expression_parser::power() {
  expression left = unary(true);
  while (in_.skip_sign("**")) {
    left = made_of(expression::kind::arithmetic, together(std::move(left), unary(true)), "**");
  }
  return left;
}

expression expression_parser::unary(bool with_filters) {
  const level counted(*this);
  expression made;
  if (in_.current().is("-") || in_.current().is("+")) {
    std::string sign = in_.take().text;
    std::vector<expression> part;
    part.push_back(unary(false));
    made = made_of(expression::kind::sign, std::move(part), std::move(sign));
  } else {
    made = primary();
  }
  made = postfix(std::move(made));
  return with_filters ? filtered(std::move(made)) : made;
}

expression expression_parser::primary() {
  const token next = in_.take();
  if (next.what == token::kind::name) {
    if (next.text == "none" || next.text == "None") {
      return {};
    }
    const bool yes = next.text == "true" || next.text == "True";
    if (yes || next.text == "false" || next.text == "False") {
      return constant_of(value::boolean_of(yes));
    }
    return made_of(expression::kind::name, {}, next.text);
  }
  if (next.what == token::kind::text) {
    std::string text = next.text;
    while (in_.current().what == token::kind::text) {
      text += in_.take().text;
    }
    return constant_of(value::text_of(std::move(text)));
  }
  if (next.what == token::kind::number) {
    return constant_of(next.number);
  }
  if (next.is("(")) {
    expression inner = tuple(true, true);
    in_.expect_sign(")");
    return inner;
  }
  if (next.is("[")) {
    return list();
  }
  if (next.is("{")) {
    return dict();
  }
  fail(fault::kind::syntax, "expected an expression in its line " + std::to_string(next.line) +
                                (next.text.empty() ? "" : ", but there is '" + next.text.substr(0, 40) + "'"));
}

expression expression_parser::tuple(bool with_choice, bool in_parentheses) {
  const level counted(*this);
  std::vector<expression> parts;
  bool commas = false;
  while (true) {
    const auto what = in_.current().what;
    if (what == token::kind::variable_end || what == token::kind::block_end || in_.current().is(")")) {
      break;
    }
    parts.push_back(whole(with_choice));
    if (!in_.skip_sign(",")) {
      break;
    }
    commas = true;
  }
  if (!commas && !parts.empty()) {
    return std::move(parts.front());
  }
  if (parts.empty() && !in_parentheses) {
    in_.refuse("an expression");
  }
  return made_of(expression::kind::tuple, std::move(parts));
}

expression expression_parser::list() {
  const level counted(*this);
  std::vector<expression> parts;
  while (!in_.current().is("]")) {
    parts.push_back(whole());
    if (!in_.current().is("]")) {
      in_.expect_sign(",");
    }
  }
  in_.take();
  return made_of(expression::kind::list, std::move(parts));
}

expression expression_parser::dict() {
  const level counted(*this);
  std::vector<expression> parts;
  while (!in_.current().is("}")) {
    parts.push_back(whole());
    in_.expect_sign(":");
    parts.push_back(whole());
    if (!in_.current().is("}")) {
      in_.expect_sign(",");
    }
  }
  in_.take();
  return made_of(expression::kind::dict, std::move(parts));
}

expression expression_parser::target() {
  std::vector<expression> names;
  bool commas = false;
  do {
    if (in_.skip_sign("(")) {
      names.push_back(target());
      in_.expect_sign(")");
    } else {
      names.push_back(made_of(expression::kind::name, {}, in_.expect_name()));
    }
    const bool more = in_.current().is(",");
    commas = commas || more;
  } while (in_.skip_sign(",") && !in_.current().is_name("in"));
  return commas ? made_of(expression::kind::tuple, std::move(names)) : std::move(names.front());
}

}  // namespace ingest::rest::expressions
