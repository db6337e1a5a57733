#include "rest/expressions/lexer.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/escapes.hpp"
#include "rest/expressions/fault.hpp"

namespace ingest::rest::expressions {

namespace {

bool in_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Line breaks become newlines, and the last one goes: Jinja's keep_trailing_newline is off.
std::string with_newlines(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      out += '\n';
      i += i + 1 < text.size() && text[i + 1] == '\n' ? 1 : 0;
    } else {
      out += text[i];
    }
  }
  if (out.ends_with('\n')) {
    out.pop_back();
  }
  return out;
}

class lexer {
 public:
  explicit lexer(std::string_view text) : text_(text) {}

  std::vector<token> all() {
    while (at_ < text_.size()) {
      outside();
    }
    add(token::kind::end, "");
    return std::move(found_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  bool sees(std::string_view sign) const { return rest().starts_with(sign); }

  void add(enum token::kind what, std::string_view text) { found_.push_back({what, std::string(text), {}, line_}); }

  void step(std::size_t bytes) {
    line_ += static_cast<std::size_t>(std::count(text_.begin() + at(at_), text_.begin() + at(at_ + bytes), '\n'));
    at_ += bytes;
  }
  static std::ptrdiff_t at(std::size_t offset) { return static_cast<std::ptrdiff_t>(offset); }

  void skip_space() { step(rest().size() - without_leading_space(rest()).size()); }

  [[noreturn]] void refuse(const std::string& message) const {
    fail(fault::kind::syntax, message + " in its line " + std::to_string(line_));
  }

  std::size_t next_tag() const {
    std::size_t tag = text_.find('{', at_);
    while (tag < text_.size() &&
           (tag + 1 == text_.size() || std::string_view("{%#").find(text_[tag + 1]) == std::string_view::npos)) {
      tag = text_.find('{', tag + 1);
    }
    return std::min(tag, text_.size());
  }

  void outside() {
    const std::size_t tag = next_tag();
    std::string_view data = text_.substr(at_, tag - at_);
    const char control = tag + 2 < text_.size() ? text_[tag + 2] : ' ';
    if (tag < text_.size() && control == '-') {
      data = without_trailing_space(data);
    }
    if (!data.empty()) {
      add(token::kind::data, data);
    }
    step(tag - at_);
    if (at_ == text_.size()) {
      return;
    }
    const char what = text_[at_ + 1];
    const bool signed_tag = control == '-' || control == '+';
    step(signed_tag ? 3 : 2);
    if (what == '#') {
      comment();
    } else if (what == '%' && raw()) {
      return;
    } else {
      add(what == '{' ? token::kind::variable_begin : token::kind::block_begin, "");
      inside(what == '{');
    }
  }

  void comment() {
    const std::size_t end = text_.find("#}", at_);
    if (end == std::string_view::npos) {
      refuse("a comment is not closed");
    }
    const bool stripping = end > at_ && text_[end - 1] == '-';
    step(end + 2 - at_);
    if (stripping) {
      skip_space();
    }
  }

  /// {% raw %} … {% endraw %}
  bool raw() {
    std::string_view ahead = without_leading_space(rest());
    if (!ahead.starts_with("raw")) {
      return false;
    }
    ahead = without_leading_space(ahead.substr(3));
    const bool stripping = ahead.starts_with("-%}");
    if (!stripping && !ahead.starts_with("%}")) {
      return false;
    }
    step(rest().size() - ahead.size() + (stripping ? 3 : 2));
    if (stripping) {
      skip_space();
    }
    for (std::size_t tag = text_.find("{%", at_); tag < text_.size(); tag = text_.find("{%", tag + 1)) {
      std::string_view behind = text_.substr(tag + 2);
      const bool strip_before = behind.starts_with('-');
      behind.remove_prefix(strip_before || behind.starts_with('+') ? 1 : 0);
      behind = without_leading_space(behind);
      if (behind.starts_with("endraw") && end_raw(tag, without_leading_space(behind.substr(6)), strip_before)) {
        return true;
      }
    }
    refuse("{% raw %} is not closed");
  }

  bool end_raw(std::size_t tag, std::string_view behind, bool strip_before) {
    const bool strip_behind = behind.starts_with("-%}");
    if (!strip_behind && !behind.starts_with("+%}") && !behind.starts_with("%}")) {
      return false;
    }
    const std::string_view data = text_.substr(at_, tag - at_);
    add(token::kind::data, strip_before ? without_trailing_space(data) : data);
    step(text_.size() - behind.size() + (behind.starts_with("%}") ? 2 : 3) - at_);
    if (strip_behind) {
      skip_space();
    }
    return true;
  }

  void inside(bool variable) {
    while (true) {
      skip_space();
      if (at_ == text_.size()) {
        refuse(variable ? "{{ is not closed" : "{% is not closed");
      }
      if (open_.empty() && closes(variable)) {
        return;
      }
      one_token();
    }
  }

  bool closes(bool variable) {
    const std::string_view sign = variable ? "}}" : "%}";
    const bool stripping = sees("-") && rest().substr(1).starts_with(sign);
    const bool keeping = !variable && sees("+") && rest().substr(1).starts_with(sign);
    if (!stripping && !keeping && !sees(sign)) {
      return false;
    }
    add(variable ? token::kind::variable_end : token::kind::block_end, "");
    step(stripping || keeping ? 3 : 2);
    if (stripping) {
      skip_space();
    }
    return true;
  }

  void one_token() {
    const char c = text_[at_];
    if (is_digit(c)) {
      return number();
    }
    if (in_name(c)) {
      const auto end = std::find_if_not(text_.begin() + at(at_), text_.end(), in_name);
      const std::string_view name = text_.substr(at_, static_cast<std::size_t>(end - text_.begin()) - at_);
      add(token::kind::name, name);
      return step(name.size());
    }
    if (c == '\'' || c == '"') {
      return quoted(c);
    }
    sign();
  }

  void number() {
    bool whole = true;
    std::size_t length = number_length(rest(), whole);
    if (!whole && at_ > 0 && text_[at_ - 1] == '.') {  // the 1.2 of x.1.2
      whole = true;
      length = static_cast<std::size_t>(std::find_if_not(rest().begin(), rest().end(), is_digit) - rest().begin());
    }
    add(token::kind::number, rest().substr(0, length));
    found_.back().number = number_from(found_.back().text, whole);
    step(length);
  }

  void quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) {
      end += text_[end] == '\\' ? 2 : 1;
    }
    if (end >= text_.size()) {
      refuse("a text is not closed");
    }
    const auto contents = unescaped(text_.substr(at_ + 1, end - at_ - 1));
    if (!contents) {
      refuse("a text has an escape that is none");
    }
    add(token::kind::text, *contents);
    step(end + 1 - at_);
  }

  void sign() {
    static constexpr std::string_view two[] = {"//", "**", "==", "!=", ">=", "<="};
    const auto* const longer = std::find_if(std::begin(two), std::end(two), [&](auto s) { return sees(s); });
    const std::string_view found = longer != std::end(two) ? *longer : rest().substr(0, 1);
    if (found.size() == 1 && std::string_view("+-/*%~[](){}><=.:|,;").find(found) == std::string_view::npos) {
      refuse("a character does not belong there:");
    }
    balance(found.front());
    add(token::kind::sign, found);
    step(found.size());
  }

  void balance(char c) {
    static constexpr std::string_view openings = "([{";
    static constexpr std::string_view closings = ")]}";
    if (const auto opening = openings.find(c); opening != std::string_view::npos) {
      open_ += closings[opening];
    } else if (closings.find(c) != std::string_view::npos) {
      if (open_.empty() || open_.back() != c) {
        refuse(std::string("unexpected '") + c + "'");
      }
      open_.pop_back();
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::string open_;
  std::vector<token> found_;
};

}  // namespace

std::vector<token> tokens_of(std::string_view text) {
  return lexer(with_newlines(text)).all();
}

}  // namespace ingest::rest::expressions
