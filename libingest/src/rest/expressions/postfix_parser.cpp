#include <algorithm>

#include "rest/expressions/fault.hpp"
#include "rest/expressions/filters.hpp"
#include "rest/expressions/parser.hpp"

namespace ingest::rest::expressions {

namespace {

std::vector<expression> only(expression one) {
  std::vector<expression> parts;
  parts.push_back(std::move(one));
  return parts;
}

/// The depth of an expression whose parts came one by one.
void deepen(expression& of) {
  expression again = made_of(of.what, std::move(of.parts), std::move(of.name));
  again.words = std::move(of.words);
  of = std::move(again);
}

/// What an argument may be of a test that has no parentheses: `x is divisibleby 3`.
bool begins_argument(const token& next) {
  const bool word =
      next.what == token::kind::name && !next.is_name("else") && !next.is_name("or") && !next.is_name("and");
  return word || next.what == token::kind::text || next.what == token::kind::number || next.is("[") || next.is("{");
}

}  // namespace

expression expression_parser::postfix(expression of) {
  while (true) {
    if (in_.skip_sign(".")) {
      of = attribute(std::move(of));
    } else if (in_.skip_sign("[")) {
      of = item(std::move(of));
    } else if (in_.current().is("(")) {
      of = call(std::move(of));
    } else {
      return of;
    }
  }
}

expression expression_parser::filtered(expression of) {
  while (true) {
    if (in_.skip_sign("|")) {
      of = filter(std::move(of));
    } else if (in_.skip_name("is")) {
      of = test(std::move(of));
    } else if (in_.current().is("(")) {
      of = call(std::move(of));
    } else {
      return of;
    }
  }
}

expression expression_parser::attribute(expression of) {
  const token name = in_.take();
  std::vector<expression> parts = only(std::move(of));
  if (name.what == token::kind::name) {
    return made_of(expression::kind::attribute, std::move(parts), name.text);
  }
  if (name.what != token::kind::number || name.number.kind() != value::kind::integer) {
    fail(fault::kind::syntax, "expected a name behind the dot in its line " + std::to_string(name.line));
  }
  expression index;
  index.constant = name.number;
  parts.push_back(std::move(index));
  return made_of(expression::kind::item, std::move(parts));
}

expression expression_parser::item(expression of) {
  std::vector<expression> subscripts;
  while (!in_.current().is("]")) {
    if (!subscripts.empty()) {
      in_.expect_sign(",");
    }
    subscripts.push_back(subscript());
  }
  in_.take();
  std::vector<expression> parts = only(std::move(of));
  parts.push_back(subscripts.size() == 1 ? std::move(subscripts.front())
                                         : made_of(expression::kind::tuple, std::move(subscripts)));
  return made_of(expression::kind::item, std::move(parts));
}

expression expression_parser::subscript() {
  expression first;
  if (!in_.current().is(":")) {
    first = whole();
    if (!in_.current().is(":")) {
      return first;
    }
  }
  std::vector<expression> parts = only(std::move(first));
  while (parts.size() < 3 && in_.skip_sign(":")) {
    const token& next = in_.current();
    parts.push_back(next.is(":") || next.is("]") || next.is(",") ? expression() : whole());
  }
  parts.resize(3);
  return made_of(expression::kind::slice, std::move(parts));
}

void expression_parser::arguments(expression& of) {
  in_.expect_sign("(");
  while (!in_.current().is(")")) {
    if (in_.current().is("*") || in_.current().is("**")) {
      in_.refuse("an argument (arguments by * and ** are not supported)");
    }
    const bool named = in_.current().what == token::kind::name && in_.ahead().is("=");
    if (named) {
      of.words.push_back(in_.take().text);
      in_.take();
    } else if (!of.words.empty()) {
      in_.refuse("an argument with a name, as those before it have one");
    }
    of.parts.push_back(whole());
    if (!in_.current().is(")")) {
      in_.expect_sign(",");
    }
  }
  in_.take();
  deepen(of);
}

expression expression_parser::call(expression of) {
  expression made = made_of(expression::kind::call, only(std::move(of)));
  arguments(made);
  return made;
}

expression expression_parser::filter(expression of) {
  expression made = made_of(expression::kind::filter, only(std::move(of)), in_.expect_name());
  if (!has_filter(made.name)) {
    fail(fault::kind::syntax, "there is no filter '" + made.name + "'");
  }
  if (in_.current().is("(")) {
    arguments(made);
  }
  return made;
}

expression expression_parser::filters() {
  expression made;
  while (in_.skip_sign("|")) {
    made = filter(std::move(made));
  }
  return made;
}

expression expression_parser::test(expression of) {
  const bool negated = in_.skip_name("not");
  expression made = made_of(expression::kind::test, only(std::move(of)), in_.expect_name());
  if (!has_test(made.name)) {
    fail(fault::kind::syntax, "there is no test '" + made.name + "'");
  }
  if (in_.current().is("(")) {
    arguments(made);
  } else if (begins_argument(in_.current())) {
    if (in_.current().is_name("is")) {
      in_.refuse("the end of the test, for tests cannot be chained");
    }
    made.parts.push_back(postfix(primary()));
    deepen(made);
  }
  return negated ? made_of(expression::kind::negation, only(std::move(made))) : made;
}

}  // namespace ingest::rest::expressions
