#include "rest/expressions/literal_tokens.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "rest/expressions/escapes.hpp"
#include "rest/expressions/lexer.hpp"

namespace ingest::rest::expressions {

namespace {

constexpr std::size_t longest_number = 5000;

bool in_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string with_unix_newlines(std::string_view contents) {
  std::string out;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    if (contents[i] == '\r' && i + 1 < contents.size() && contents[i + 1] == '\n') {
      continue;
    }
    out += contents[i] == '\r' ? '\n' : contents[i];
  }
  return out;
}

std::string_view take_up_to(std::string_view& rest, std::string_view quotes) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (quotes.size() == 1 && (rest[i] == '\n' || rest[i] == '\r')) {
      break;
    } else if (rest.substr(i).starts_with(quotes)) {
      const std::string_view contents = rest.substr(0, i);
      rest.remove_prefix(i + quotes.size());
      return contents;
    }
  }
  throw no_literal();
}

/// The length of what follows `before` where both make a real number; else 0.
std::size_t real_length(std::string_view before, std::string_view rest) {
  bool whole = true;
  const std::string both = std::string(before) + std::string(rest.substr(0, longest_number));
  const std::size_t length = number_length(both, whole);
  return whole ? 0 : length - before.size();
}

bool begins_exponent(std::string_view rest) {
  return !rest.empty() && (rest[0] | 0x20) == 'e';
}

/// .5
std::size_t fraction_length(std::string_view rest) {
  return rest.starts_with('.') ? real_length("0", rest) : 0;
}

/// 007.5 and 007e5 are numbers, though 007 is none; so is 0_7.5.
std::size_t zeros_length(std::string_view rest) {
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789_"), rest.size());
  const std::size_t zeros = std::min(rest.find_first_not_of("0_"), digits);
  if (!rest.starts_with('0') || zeros == digits || digits == rest.size()) {
    return 0;
  }
  const std::string_view behind = rest.substr(zeros);
  bool whole = true;
  const std::size_t length = number_length(behind, whole);
  const bool bare_dot = whole && length == digits - zeros && behind.substr(length).starts_with('.');
  return whole && !bare_dot ? 0 : zeros + length;
}

}  // namespace

bool begins_string(std::string_view rest) {
  const std::size_t quote = rest.find_first_of("'\"");
  return quote <= 2 && std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(quote),
                                   [](char c) { return std::string_view("rRbBuU").find(c) != std::string_view::npos; });
}

bool take_string(std::string_view& rest, std::string& contents) {
  std::string prefix(rest.substr(0, rest.find_first_of("'\"")));
  rest.remove_prefix(prefix.size());
  std::transform(prefix.begin(), prefix.end(), prefix.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  if (prefix.size() == 2 && prefix != "rb" && prefix != "br") {
    throw no_literal();
  }
  const std::string three(3, rest.front());
  const std::string quotes = rest.starts_with(three) ? three : three.substr(0, 1);
  rest.remove_prefix(quotes.size());
  const std::string_view written = take_up_to(rest, quotes);
  const bool bytes = prefix.find('b') != std::string::npos;
  const bool ascii =
      std::all_of(written.begin(), written.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (bytes && !ascii) {
    throw no_literal();
  }
  const bool raw = prefix.find('r') != std::string::npos;
  const auto meant = raw ? std::optional(with_unix_newlines(written)) : unescaped(with_unix_newlines(written), bytes);
  if (!meant) {
    throw no_literal();
  }
  contents += *meant;
  return bytes;
}

literal_number take_number(std::string_view& rest) {
  bool whole = true;
  std::size_t length = fraction_length(rest);
  if (length > 0) {
    whole = false;
  } else {
    length = number_length(rest, whole);
    if (const std::size_t longer = whole ? zeros_length(rest) : 0; longer > length) {
      length = longer;
      whole = rest.substr(0, length).find_first_of(".eE") == std::string_view::npos;
    }
    const bool decimal = rest.substr(0, length).find_first_not_of("0123456789_") == std::string_view::npos;
    if (whole && decimal && length > 0 && rest.substr(length).starts_with('.')) {  // 1. and 1.e5
      const std::string_view behind = rest.substr(length + 1);
      whole = false;
      length += 1 + (begins_exponent(behind) ? real_length("1", behind) : 0);
    }
  }
  if (length == 0 || (length < rest.size() && in_word(rest[length]))) {  // 1j, 1abc, 007
    throw no_literal();
  }
  std::string spelling(rest.substr(0, length));
  rest.remove_prefix(length);
  return {spelling.starts_with('.') ? "0" + spelling : spelling, whole};
}

std::string_view take_word(std::string_view& rest) {
  const auto end = std::find_if_not(rest.begin(), rest.end(), in_word);
  const std::string_view word = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(word.size());
  return word;
}

}  // namespace ingest::rest::expressions
