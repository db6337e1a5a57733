#include "processes/catalog_json.hpp"

#include "json/json_text.hpp"

namespace ingest::processes {

using detail::json_scanner;
using detail::json_value;

std::vector<json_member> members_of(std::string_view object) {
  std::vector<json_member> all;
  json_scanner in(object);
  if (in.peek() == '{') {
    in.object([&](std::string_view name) { all.push_back({std::string(name), in.value()}); });
  }
  return all;
}

std::vector<json_value> elements_of(std::string_view array) {
  std::vector<json_value> all;
  json_scanner in(array);
  if (in.peek() == '[') {
    in.array([&](std::size_t) { all.push_back(in.value()); });
  }
  return all;
}

json_value member_of(std::string_view object, std::string_view name) {
  json_value found;
  for (const json_member& m : members_of(object)) {
    if (m.name == name) {
      found = m.value;
    }
  }
  return found;
}

std::string text_of(const json_value& v) {
  std::string scratch;
  return v.what == json_value::kind::string ? std::string(v.text(scratch).value_or("")) : "";
}

std::vector<std::string> texts_of(std::string_view array) {
  std::vector<std::string> all;
  for (const json_value& v : elements_of(array)) {
    if (v.what == json_value::kind::string) {
      all.push_back(text_of(v));
    }
  }
  return all;
}

std::string with_member(std::string_view object, std::string_view name, std::string_view value) {
  std::string made;
  for (const json_member& m : members_of(object)) {
    if (m.name != name) {
      made += (made.empty() ? "" : ",") + detail::json_string(m.name) + ":" + std::string(m.value.raw);
    }
  }
  return "{" + made + (made.empty() ? "" : ",") + detail::json_string(name) + ":" + std::string(value) + "}";
}

}  // namespace ingest::processes
