#include "rest/streams/stream_slice.hpp"

#include <utility>

#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

std::string stream_slice::name() const {
  return canonical_json(value::dict_of({{"partition", part.values}, {"window", window}}));
}

value stream_slice::names() const {
  dictionary members = part.values.members();
  for (const auto& [name, content] : window.members()) {
    members.set(name, content);
  }
  const std::pair<std::string_view, const value*> attributes[] = {
      {"partition", &part.values}, {"cursor_slice", &window}, {"extra_fields", &part.extra_fields}};
  for (const auto& [name, content] : attributes) {
    if (members.find(name) == nullptr && !content->members().empty()) {
      members.set(name, *content);
    }
  }
  return value::dict_of(std::move(members));
}

void stream_slice::name_in(variables& to) const {
  for (const auto& [name, content] : part.extra_fields.members()) {
    to.set(name.to_text(), content);
  }
  to.set("stream_slice", names());
}

}  // namespace ingest::rest
