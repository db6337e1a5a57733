#include "rest/custom/call_of_variables.hpp"

#include "ingest/error.hpp"
#include "rest/streams/stream_slice.hpp"

namespace ingest::rest {

std::string call_of_variables::slice() const {
  const value* const slice = given_.find("stream_slice");
  return slice != nullptr && slice->is_dict() ? without_attributes(*slice).to_json() : "{}";
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
