#include "rest/exploration/page_rule.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "json/json_text.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr std::string_view word_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-";

std::string counted(const page_rule& rule, const std::string& kind) {
  std::string all = "{" + kind + ": {param: " + yaml_text(rule.parameter);
  if (rule.how == page_rule::kind::page) {
    all += ", start: " + std::to_string(rule.start);
  }
  if (rule.size > 0) {
    all += ", size: " + std::to_string(rule.size) + ", size_param: " + yaml_text(rule.size_parameter);
  }
  return all + "}}";
}

}  // namespace

std::string page_rule::spelling() const {
  switch (how) {
    case kind::page:
      return counted(*this, "page");
    case kind::offset:
      return counted(*this, "offset");
    case kind::cursor:
      return "{cursor: {param: " + yaml_text(parameter) + ", from: " + yaml_text(from) +
             (more.empty() ? "" : ", more: " + yaml_text(more)) + "}}";
    case kind::next_url:
      return "{next_url: " + yaml_text(from) + "}";
    case kind::link_header:
      return "link_header";
    case kind::automatic:
      break;
  }
  return "auto";
}

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
