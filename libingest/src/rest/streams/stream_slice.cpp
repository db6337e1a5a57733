#include "rest/streams/stream_slice.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

std::string stream_slice::name() const {
  return canonical_json(value::dict_of({{"partition", part.values}, {"window", window}}));
}

namespace {

constexpr std::array<std::string_view, 3> attributes = {"partition", "cursor_slice", "extra_fields"};

}  // namespace

bool stream_slice::is_whole_stream() const {
  return !part.values.truth() && !window.truth();
}

value stream_slice::names() const {
  dictionary members = part.values.members();
  for (const auto& [name, content] : window.members()) {
    members.set(name, content);
  }
  const std::array<const value*, attributes.size()> contents = {&part.values, &window, &part.extra_fields};
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (members.find(attributes[i]) == nullptr && !contents[i]->members().empty()) {
      members.set(attributes[i], *contents[i]);
    }
  }
  return value::dict_of(std::move(members));
}

value without_attributes(const value& names) {
  dictionary members;
  for (const auto& [name, content] : names.members()) {
    const bool is_attribute = std::find(attributes.begin(), attributes.end(), name.to_text()) != attributes.end();
    if (!is_attribute || !content.is_dict()) {
      members.set(name, content);
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
