#include "rest/document/yaml_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "json/json_text.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr std::string_view word_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-";

}  // namespace

std::string yaml_text(const std::string& text) {
  // What YAML 1.1 takes for booleans and null, in whatever case.
  constexpr std::array<std::string_view, 9> others = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  std::string small = text;
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const bool is_word = !text.empty() && letters.find(text.front()) != std::string_view::npos &&
                       text.find_first_not_of(word_characters) == std::string::npos &&
                       std::find(others.begin(), others.end(), small) == others.end();
  return is_word ? text : ingest::detail::json_string(text);
}

}  // namespace ingest::rest
