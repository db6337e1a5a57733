#include "rest/expressions/fault.hpp"
#include "rest/expressions/parser.hpp"

namespace ingest::rest::expressions {

bool token_stream::skip_sign(std::string_view sign) {
  const bool found = current().is(sign);
  if (found) {
    take();
  }
  return found;
}

bool token_stream::skip_name(std::string_view name) {
  const bool found = current().is_name(name);
  if (found) {
    take();
  }
  return found;
}

void token_stream::expect_sign(std::string_view sign) {
  if (!skip_sign(sign)) {
    refuse("'" + std::string(sign) + "'");
  }
}

std::string token_stream::expect_name() {
  expect(token::kind::name);
  return tokens_[at_ - 1].text;
}

void token_stream::expect(enum token::kind what) {
  static constexpr std::string_view names[] = {"text",
                                               "{{",
                                               "the end }} of the expression",
                                               "{%",
                                               "the end %} of the statement",
                                               "a name",
                                               "a text",
                                               "a number",
                                               "a sign",
                                               "the end"};
  if (current().what != what) {
    refuse(std::string(names[static_cast<std::size_t>(what)]));
  }
  take();
}

void token_stream::refuse(const std::string& wanted) const {
  const token& found = current();
  std::string there;
  switch (found.what) {
    case token::kind::end:
      there = "the text ends";
      break;
    case token::kind::variable_end:
      there = "there is }}";
      break;
    case token::kind::block_end:
      there = "there is %}";
      break;
    default:
      there = "there is '" + found.text.substr(0, 40) + "'";
  }
  fail(fault::kind::syntax, "expected " + wanted + ", but " + there + " in its line " + std::to_string(found.line));
}

}  // namespace ingest::rest::expressions
