#include "rest/custom/call_of_variables.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::rest {

/// Without what stands for Python's attributes (stream_slice::names()).
std::string call_of_variables::slice() const {
  const value* const slice = given_.find("stream_slice");
  if (slice == nullptr || !slice->is_dict()) {
    return "{}";
  }
  constexpr std::string_view attributes[] = {"partition", "cursor_slice", "extra_fields"};
  dictionary members;
  for (const auto& [name, content] : slice->members()) {
    const bool is_attribute = content.is_dict() && std::find(std::begin(attributes), std::end(attributes),
                                                             name.to_text()) != std::end(attributes);
    if (!is_attribute) {
      members.set(name, content);
    }
  }
  return value::dict_of(std::move(members)).to_json();
}

std::string call_of_variables::page_token() const {
  const value* const named = given_.find("next_page_token");
  const value* const token = named == nullptr ? nullptr : named->find("next_page_token");
  return token == nullptr ? "null" : token->to_json();
}

custom::answer shown(const answer& a) {
  return {a.status(), a.body(), a.fields()};
}

value read_back(std::string_view json, const std::string& where) {
  try {
    return value::from_json(json);
  } catch (const error& e) {
    throw error(e.code(), where + ": what it has made is no JSON: " + e.what());
  }
}

}  // namespace ingest::rest
