#include "rest/transformations/key_transformations.hpp"

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <vector>

#include "core/ascii.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/parameter_scope.hpp"

namespace ingest::rest {

namespace {

enum class depth { top, all };

using renaming = std::function<std::string(const std::string&)>;

/// The names that members get, in their order, no two of them alike. Of several that would get one name, that which has
/// it already keeps it, or else the first one gets it; the others keep their own, which then is nobody else's.
std::vector<std::string> new_names(const dictionary& members, const renaming& rename) {
  std::vector<std::string> own;
  std::vector<std::string> wanted;
  for (const auto& [name, content] : members) {
    own.push_back(name.to_text());
    wanted.push_back(rename(own.back()));
  }
  std::unordered_set<std::string_view> kept;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i] == wanted[i]) {
      kept.insert(own[i]);
    }
  }
  for (bool settled = false; !settled;) {
    settled = true;
    std::unordered_set<std::string_view> given;
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (own[i] != wanted[i] && (kept.contains(wanted[i]) || !given.insert(wanted[i]).second)) {
        wanted[i] = own[i];
        kept.insert(own[i]);
        settled = false;  // one before it may have got that
      }
    }
  }
  return wanted;
}

value with_keys(const value& record, depth how_deep, const renaming& rename) {
  const auto names = new_names(record.members(), rename);
  dictionary out;
  std::size_t i = 0;
  for (const auto& [name, content] : record.members()) {
    value inner = how_deep == depth::all && content.is_dict() ? with_keys(content, how_deep, rename) : content;
    out.set(names[i++], std::move(inner));
  }
  return value::dict_of(std::move(out));
}

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_small(char c) {
  // What is no ASCII has no case here.
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) > 0x7F;
}

/// Capitals with the small letters behind them, small letters, digits; empty for what is none of them.
std::string_view next_token(std::string_view& rest) {
  const auto while_all = [&](std::size_t from, auto&& is) {
    while (from < rest.size() && is(rest[from])) {
      ++from;
    }
    return from;
  };
  std::size_t length = while_all(0, is_capital);
  length = while_all(length, is_small);
  if (length == 0) {
    length = while_all(0, is_digit);
  }
  const std::string_view token = rest.substr(0, length);
  if (length == 0) {
    length = while_all(0, [](char c) { return !is_capital(c) && !is_small(c) && !is_digit(c); });
  }
  rest.remove_prefix(length);
  return token;
}

std::string replaced(std::string text, const std::string& old_text, const std::string& new_text) {
  if (old_text.empty()) {
    // Python's "ab".replace("", "-") is "-a-b-".
    std::string out = new_text;
    for (std::size_t i = 0; i < text.size(); ++i) {
      out.push_back(text[i]);
      const bool inside_character = i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xC0) == 0x80;
      out += inside_character ? "" : new_text;
    }
    return out;
  }
  for (auto at = text.find(old_text); at != std::string::npos; at = text.find(old_text, at + new_text.size())) {
    text.replace(at, old_text.size(), new_text);
  }
  return text;
}

}  // namespace

std::string in_snake_case(std::string_view key) {
  std::vector<std::string_view> tokens;
  while (!key.empty()) {
    tokens.push_back(next_token(key));
  }
  if (tokens.size() >= 3) {
    // What stands between words leaves no trace; at an end it leaves an underscore.
    tokens.erase(std::remove(tokens.begin() + 1, tokens.end() - 1, std::string_view()), tokens.end() - 1);
  }
  const bool begins_with_digit = !tokens.empty() && !tokens.front().empty() && is_digit(tokens.front().front());
  std::string out = begins_with_digit ? "_" : "";
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    out += (i == 0 ? "" : "_") + expressions::lower_of(tokens[i]);
  }
  return out;
}

value keys_to_lower::apply(const value& record, const variables&) const {
  return with_keys(record, depth::top, [](const std::string& name) { return expressions::lower_of(name); });
}

value keys_to_snake_case::apply(const value& record, const variables&) const {
  return with_keys(record, depth::all, [](const std::string& name) { return in_snake_case(name); });
}

keys_replace::keys_replace(interpolation old_text, interpolation new_text, value parameters)
    : old_(std::move(old_text)), new_(std::move(new_text)), parameters_(std::move(parameters)) {}

value keys_replace::apply(const value& record, const variables& given) const {
  variables names = with_parameters(given, parameters_);
  names.set("record", record);
  const std::string old_text = old_.evaluate_itself(names).to_text();
  const std::string new_text = new_.evaluate_itself(names).to_text();
  return with_keys(record, depth::all, [&](const std::string& name) { return replaced(name, old_text, new_text); });
}

}  // namespace ingest::rest
