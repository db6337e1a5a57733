#include "rest/expressions/text_searches.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

value part(std::string_view text) {
  return value::text_of(std::string(text));
}

template <class F>
std::string each_character(std::string_view text, F map) {
  std::string out;
  while (!text.empty()) {
    const character c = first_character(text);
    out += map(c);
    text.remove_prefix(c.bytes.size());
  }
  return out;
}

template <class F>
bool all_are(std::string_view text, F is) {
  bool all = !text.empty();
  while (all && !text.empty()) {
    const character c = first_character(text);
    all = is(c.code);
    text.remove_prefix(c.bytes.size());
  }
  return all;
}

template <class F, class G>
bool all_cased(std::string_view text, F wanted, G other) {
  bool any = false;
  const bool all = all_are(text, [&](std::uint32_t code) {
    any = any || wanted(code);
    return !other(code);
  });
  return any && all;
}

/// The first letter of a word.
std::string title_of(std::string_view letter) {
  const std::string upper = upper_of(letter);
  return upper == "SS" ? "Ss" : upper;
}

bool has_case(std::uint32_t code) {
  return is_upper(code) || is_lower(code);
}

}  // namespace

std::int64_t position_of(const std::string& in, const std::string& what, std::int64_t from,
                         const std::optional<value>& to, bool last) {
  const auto length = static_cast<std::int64_t>(count_characters(in));
  const auto bounded = [&](std::int64_t at) {
    return static_cast<std::size_t>(std::clamp<std::int64_t>(at < 0 ? at + length : at, 0, length));
  };
  if (from > length) {
    return -1;
  }
  const std::size_t begin = byte_of_character(in, bounded(from));
  const std::size_t end = byte_of_character(in, bounded(whole_or(to, length)));
  if (begin > end) {
    return -1;
  }
  const std::string_view part_of_it = std::string_view(in).substr(begin, end - begin);
  const std::size_t at = last ? part_of_it.rfind(what) : part_of_it.find(what);
  return at == std::string_view::npos
             ? -1
             : static_cast<std::int64_t>(count_characters(std::string_view(in).substr(0, begin + at)));
}

std::int64_t occurrences(const std::string& in, const std::string& what) {
  if (what.empty()) {
    return static_cast<std::int64_t>(count_characters(in)) + 1;
  }
  std::int64_t count = 0;
  for (std::size_t at = in.find(what); at != std::string::npos; at = in.find(what, at + what.size())) {
    ++count;
  }
  return count;
}

std::string replaced(std::string_view in, std::string_view what, std::string_view by, std::int64_t most) {
  std::string out;
  std::int64_t count = 0;
  if (what.empty()) {  // before each character, and at the end
    out = each_character(in, [&](const character& c) {
      return (most < 0 || count++ < most ? std::string(by) : std::string()) + std::string(c.bytes);
    });
    return most < 0 || count < most ? out + std::string(by) : out;
  }
  while (most < 0 || count < most) {
    const std::size_t at = in.find(what);
    if (at == std::string_view::npos) {
      break;
    }
    out.append(in.substr(0, at)).append(by);
    in.remove_prefix(at + what.size());
    ++count;
    check_size(out.size(), max_text_bytes);
  }
  return out.append(in);
}

value::elements parts_of(std::string_view text, std::string_view by, std::int64_t most, bool right) {
  value::elements parts;
  while (most < 0 || static_cast<std::int64_t>(parts.size()) < most) {
    const std::size_t at = right ? text.rfind(by) : text.find(by);
    if (at == std::string_view::npos) {
      break;
    }
    parts.push_back(part(right ? text.substr(at + by.size()) : text.substr(0, at)));
    text = right ? text.substr(0, at) : text.substr(at + by.size());
  }
  parts.push_back(part(text));
  if (right) {
    std::reverse(parts.begin(), parts.end());
  }
  work_limit::spend(parts.size());
  return parts;
}

value::elements words_of(std::string_view text, std::int64_t most, bool right) {
  value::elements words;
  text = right ? without_trailing_space(text) : without_leading_space(text);
  const auto first_word = [](std::string_view of) {
    std::size_t end = 0;
    while (end < of.size() && !is_space(first_character(of.substr(end)).code)) {
      end += first_character(of.substr(end)).bytes.size();
    }
    return end;
  };
  const auto last_word = [](std::string_view of) {
    std::size_t begin = of.size();
    while (begin > 0 && without_trailing_space(of.substr(0, begin)).size() == begin) {
      --begin;
    }
    return begin;
  };
  while (!text.empty() && (most < 0 || static_cast<std::int64_t>(words.size()) < most)) {
    if (right) {
      const std::size_t begin = last_word(text);
      words.push_back(part(text.substr(begin)));
      text = without_trailing_space(text.substr(0, begin));
    } else {
      const std::size_t end = first_word(text);
      words.push_back(part(text.substr(0, end)));
      text = without_leading_space(text.substr(end));
    }
  }
  if (!text.empty()) {
    words.push_back(part(right ? without_leading_space(text) : text));
  }
  if (right) {
    std::reverse(words.begin(), words.end());
  }
  work_limit::spend(words.size());
  return words;
}

value::elements lines_of(std::string_view text, bool with_ends) {
  value::elements lines;
  while (!text.empty()) {
    std::size_t end = 0;
    std::size_t behind = 0;
    while (behind == end && end < text.size()) {
      const character c = first_character(text.substr(end));
      const bool breaks = (c.code >= 10 && c.code <= 13) || (c.code >= 0x1c && c.code <= 0x1e) || c.code == 0x85 ||
                          c.code == 0x2028 || c.code == 0x2029;
      behind = end + c.bytes.size();
      if (breaks) {
        behind += text.substr(end).starts_with("\r\n") ? 1 : 0;
        break;
      }
      end = behind;
    }
    lines.push_back(part(text.substr(0, with_ends ? behind : end)));
    text.remove_prefix(behind);
  }
  return lines;
}

std::string titled(std::string_view text) {
  bool inside = false;
  return each_character(text, [&](const character& c) {
    std::string changed = inside ? lower_of(c.bytes) : title_of(c.bytes);
    inside = has_case(c.code);
    return changed;
  });
}

std::string capitalized(std::string_view text) {
  const std::size_t first = byte_of_character(text, 1);
  return title_of(text.substr(0, first)) + lower_of(text.substr(first));
}

std::string swapped_case(std::string_view text) {
  return each_character(text,
                        [](const character& c) { return is_upper(c.code) ? lower_of(c.bytes) : upper_of(c.bytes); });
}

std::string aligned(std::string_view text, char align, std::int64_t width, std::string_view fill) {
  const auto length = static_cast<std::int64_t>(count_characters(text));
  if (width <= length) {
    return std::string(text);
  }
  check_size(static_cast<std::size_t>(width), max_text_bytes);
  const std::int64_t missing = width - length;
  // Python's str.center() puts the odd blank to the left of a text of odd width.
  const std::int64_t before = align == '>' ? missing : align == '<' ? 0 : missing / 2 + (missing & width & 1);
  std::string out;
  for (std::int64_t i = 0; i < missing; ++i) {
    out += i == before ? std::string(text) : "";
    out += fill;
  }
  return before == missing ? out + std::string(text) : out;
}

bool is_all_digits(const std::string& text) {
  return all_are(text, [](std::uint32_t code) { return code >= '0' && code <= '9'; });
}

bool is_all_letters(const std::string& text) {
  return all_are(text, is_letter);
}

bool is_all_words(const std::string& text) {
  return all_are(text, [](std::uint32_t code) { return is_letter(code) || (code >= '0' && code <= '9'); });
}

bool is_all_space(const std::string& text) {
  return all_are(text, is_space);
}

bool is_all_lower(const std::string& text) {
  return all_cased(text, is_lower, is_upper);
}

bool is_all_upper(const std::string& text) {
  return all_cased(text, is_upper, is_lower);
}

}  // namespace ingest::rest::expressions
