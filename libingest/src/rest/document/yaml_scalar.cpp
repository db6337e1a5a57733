#include "rest/document/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "rest/document/yaml_number.hpp"
#include "rest/document/yaml_timestamp.hpp"

namespace ingest::rest {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::optional<value> boolean_of(std::string_view text) {
  if (is_one_of(text, {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) {
    return value::boolean_of(true);
  }
  if (is_one_of(text, {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) {
    return value::boolean_of(false);
  }
  return std::nullopt;
}

bool is_null(std::string_view text) {
  return is_one_of(text, {"", "~", "null", "Null", "NULL"});
}

std::optional<value> timestamp_of(std::string_view text) {
  auto written = timestamp_text(text);
  return written ? std::optional(value::text_of(std::move(*written))) : std::nullopt;
}

}  // namespace

value plain_scalar(std::string_view text) {
  if (is_null(text)) {
    return {};
  }
  if (auto truth = boolean_of(text)) {
    return *truth;
  }
  // Most texts are told apart by their first character.
  if (std::string_view("+-.0123456789").find(text.front()) != std::string_view::npos) {
    for (const auto typed : {yaml_real, yaml_integer, timestamp_of}) {
      if (auto found = typed(text)) {
        return *found;
      }
    }
  }
  return value::text_of(std::string(text));
}

std::optional<value> tagged_scalar(std::string_view tag, std::string_view text) {
  if (tag == "str") {
    return value::text_of(std::string(text));
  }
  if (tag == "null") {
    return value();
  }
  if (tag == "bool") {
    return boolean_of(text);
  }
  if (tag == "int") {
    return yaml_integer(text);
  }
  if (tag == "timestamp") {
    return timestamp_of(text);
  }
  if (tag == "float") {
    auto real = yaml_real(text);
    const auto whole = real ? std::nullopt : yaml_integer(text);
    return whole ? value::real_of(whole->real()) : real;
  }
  return std::nullopt;
}

}  // namespace ingest::rest
