#include <algorithm>

#include "core/utf8.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

namespace {

std::string_view first_character(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(detail::utf8_length(text), 1));
}

/// A set in brackets, as Python's fnmatch reads it.
struct character_set {
  std::string_view members;  // without the brackets and the "!"
  bool negated = false;
  std::size_t length = 0;  // in the pattern; 0: the bracket is never closed, and means itself
};

character_set read_set(std::string_view pattern) {
  std::size_t from = 1;
  const bool negated = pattern.substr(from, 1) == "!";
  from += negated ? 1 : 0;
  // A bracket that comes first is a member.
  const auto close = pattern.find(']', from + 1);
  if (from >= pattern.size() || close == std::string_view::npos) {
    return {};
  }
  return {pattern.substr(from, close - from), negated, close + 1};
}

bool is_member(std::string_view character, std::string_view members) {
  while (!members.empty()) {
    const auto low = first_character(members);
    members.remove_prefix(low.size());
    if (members.size() > 1 && members.front() == '-') {
      const auto high = first_character(members.substr(1));
      members.remove_prefix(1 + high.size());
      // UTF-8 has the order of the code points.
      if (low <= character && character <= high) {
        return true;
      }
    } else if (low == character) {
      return true;
    }
  }
  return false;
}

struct step_result {
  bool matches;
  std::size_t pattern_length;
};

/// Matches one character with what the pattern begins with, which is no star.
step_result match_one(std::string_view character, std::string_view pattern) {
  if (pattern.front() == '?') {
    return {true, 1};
  }
  if (pattern.front() == '[') {
    const character_set set = read_set(pattern);
    if (set.length > 0) {
      return {is_member(character, set.members) != set.negated, set.length};
    }
  }
  const auto wanted = first_character(pattern);
  return {character == wanted, wanted.size()};
}

}  // namespace

bool matches_pattern(std::string_view text, std::string_view pattern) {
  // Where the last star stands, and how much of the text it has taken so far: only the last one need be tried again.
  std::optional<std::string_view> behind_star;
  std::string_view star_text;
  while (true) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      behind_star = pattern;
      star_text = text;
      continue;
    }
    if (text.empty() && pattern.empty()) {
      return true;
    }
    if (!text.empty() && !pattern.empty()) {
      const auto character = first_character(text);
      const auto [matches, length] = match_one(character, pattern);
      if (matches) {
        text.remove_prefix(character.size());
        pattern.remove_prefix(length);
        continue;
      }
    }
    if (!behind_star || star_text.empty()) {
      return false;
    }
    star_text.remove_prefix(first_character(star_text).size());
    text = star_text;
    pattern = *behind_star;
  }
}

}  // namespace ingest::rest
