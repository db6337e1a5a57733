#include "rest/expressions/literal.hpp"

#include <algorithm>
#include <string>

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/lexer.hpp"
#include "rest/expressions/literal_tokens.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

constexpr std::size_t max_literal_levels = 90;

class literal_reader {
 public:
  explicit literal_reader(std::string_view text) : rest_(text) {}

  /// Nothing where something else stands behind the literal.
  std::optional<value> all() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    skip_empty_lines();
    value read = value_or_tuple();
    skip_end();
    return rest_.empty() ? std::optional(std::move(read)) : std::nullopt;
  }

 private:
  bool accept(std::string_view sign) {
    skip();
    const bool found = rest_.starts_with(sign);
    rest_.remove_prefix(found ? sign.size() : 0);
    return found;
  }

  bool sees(std::string_view sign) {
    skip();
    return rest_.starts_with(sign);
  }

  /// Blanks; within brackets line breaks and comments as well.
  void skip() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == ' ' || c == '\t' || c == '\f' || (level_ > 0 && (c == '\n' || c == '\r'))) {
        rest_.remove_prefix(1);
      } else if (c == '\\' && (rest_.starts_with("\\\n") || rest_.starts_with("\\\r\n"))) {
        rest_.remove_prefix(rest_[1] == '\n' ? 2 : 3);
        if (rest_.empty()) {
          throw no_literal();
        }
      } else if (c == '#' && level_ > 0) {
        rest_.remove_prefix(std::min(rest_.find_first_of("\r\n"), rest_.size()));
      } else {
        return;
      }
    }
  }

  /// In front of the expression; one that is indented is none.
  void skip_empty_lines() {
    while (true) {
      const std::size_t blanks = std::min(rest_.find_first_not_of(" \t\f"), rest_.size());
      const std::string_view line = rest_.substr(blanks);
      if (!line.starts_with('\n') && !line.starts_with('\r') && !line.starts_with('#')) {
        if (blanks > 0 && rest_.substr(0, blanks).back() != '\f') {
          throw no_literal();
        }
        rest_.remove_prefix(blanks);
        return;
      }
      const std::size_t end = std::min(line.find_first_of("\r\n"), line.size());
      rest_ = line.substr(std::min(end + 1, line.size()));
    }
  }

  /// What may stand behind an expression: line breaks and comments.
  void skip_end() {
    while (true) {
      skip();
      if (rest_.starts_with('#')) {
        rest_.remove_prefix(std::min(rest_.find_first_of("\r\n"), rest_.size()));
      } else if (rest_.starts_with('\n') || rest_.starts_with('\r')) {
        rest_.remove_prefix(1);
        if (!rest_.empty() && rest_.back() != '\f' && rest_.find_first_not_of(" \t\f") == std::string_view::npos) {
          throw no_literal();  // a last line of blanks only is taken for an indented one
        }
      } else {
        return;
      }
    }
  }

  /// A tuple needs no parentheses.
  value value_or_tuple() {
    value first = one();
    if (!sees(",")) {
      return first;
    }
    value::elements items{std::move(first)};
    while (accept(",")) {
      skip();
      if (rest_.empty() || rest_.front() == ')' || rest_.front() == '\n' || rest_.front() == '\r' ||
          rest_.front() == '#') {
        break;
      }
      items.push_back(one());
    }
    return value::tuple_of(std::move(items));
  }

  value one() {
    skip();
    if (rest_.empty()) {
      throw no_literal();
    }
    const char c = rest_.front();
    if (c == '(' || c == '[' || c == '{') {
      return bracketed(c);
    }
    if (c == '-' || c == '+') {
      rest_.remove_prefix(1);
      skip();
      return signed_number(c);
    }
    if (is_digit(c) || c == '.') {
      return number();
    }
    return begins_string(rest_) ? quoted() : word();
  }

  value signed_number(char sign) {
    std::size_t open = 0;
    for (; sees("("); ++open) {  // -(1)
      enter();
    }
    if (rest_.empty() || (!is_digit(rest_.front()) && rest_.front() != '.')) {
      throw no_literal();
    }
    value read = number();
    if (sign == '-' && !(read == value::integer_of(0) && read.kind() == value::kind::integer)) {
      read = value::number_of("-" + read.digits());
    }
    for (; open > 0; --open) {
      leave(")");
    }
    return read;
  }

  value bracketed(char c) {
    enter();
    value read = c == '(' ? parenthesis() : c == '[' ? list() : braces();
    return read;
  }

  void enter() {
    rest_.remove_prefix(1);
    if (++level_ > max_literal_levels) {
      throw no_literal();
    }
  }

  void leave(std::string_view sign) {
    if (!accept(sign)) {
      throw no_literal();
    }
    --level_;
  }

  value parenthesis() {
    value read = sees(")") ? value::tuple_of({}) : value_or_tuple();
    leave(")");
    return read;
  }

  value list() {
    value::elements items;
    while (!sees("]")) {
      items.push_back(one());
      if (!accept(",")) {
        break;
      }
    }
    leave("]");
    return value::list_of(std::move(items));
  }

  value braces() {
    if (sees("}")) {
      leave("}");
      return value::dict_of({});
    }
    value first = one();
    if (sees(":")) {
      return dict(std::move(first));
    }
    value::elements items{std::move(first)};
    while (accept(",") && !sees("}")) {
      items.push_back(one());
    }
    leave("}");
    std::for_each(items.begin(), items.end(), require_hashable);
    return sequence::set_of(items);
  }

  value dict(value name) {
    dictionary members;
    while (true) {
      require_hashable(name);
      if (!accept(":")) {
        throw no_literal();
      }
      members.set(std::move(name), one());
      if (!accept(",") || sees("}")) {
        break;
      }
      name = one();
    }
    leave("}");
    return value::dict_of(std::move(members));
  }

  value number() {
    const literal_number read = take_number(rest_);
    return number_from(read.spelling, read.whole);
  }

  /// One string, or several side by side, which are one.
  value quoted() {
    std::string text;
    bool bytes = false;
    bool first = true;
    while (first || (skip(), begins_string(rest_))) {
      const bool of_bytes = take_string(rest_, text);
      if (!first && of_bytes != bytes) {
        throw no_literal();
      }
      bytes = of_bytes;
      first = false;
    }
    return bytes ? value::object_of(std::make_shared<byte_string>(std::move(text))) : value::text_of(std::move(text));
  }

  value word() {
    const std::string_view name = take_word(rest_);
    if (name == "None") {
      return {};
    }
    if (name == "True" || name == "False") {
      return value::boolean_of(name == "True");
    }
    if (name == "set" && accept("(")) {
      ++level_;
      leave(")");
      return sequence::set_of({});
    }
    throw no_literal();
  }

  std::string_view rest_;
  std::size_t level_ = 0;
};

/// Whether the first word, or the slash of a path, says that the text is none. A request asks this of a dozen texts,
/// and most are none, which the reader would say by a throw.
bool begins_as_other_text(std::string_view text) {
  if (text.empty() || text.front() == '/') {
    return true;
  }
  const char c = text.front();
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (!letter || begins_string(text)) {
    return false;
  }
  const std::string_view word = take_word(text);
  return word != "None" && word != "True" && word != "False" && word != "set";
}

}  // namespace

std::optional<value> literal(std::string_view text) {
  if (begins_as_other_text(text) || text.find('\0') != std::string_view::npos || !detail::is_utf8(text)) {
    return std::nullopt;
  }
  try {
    return literal_reader(text).all();
  } catch (const no_literal&) {
    return std::nullopt;
  } catch (const fault&) {  // what cannot be a key
    return std::nullopt;
  } catch (const error&) {  // too many digits
    return std::nullopt;
  }
}

}  // namespace ingest::rest::expressions
