// What is to be said of code of Python, and of what a program has in its place.
#include <algorithm>
#include <utility>

#include "rest/document/component_check.hpp"

namespace ingest::rest {

/// Code of a program that stands for it has the fields of the component that it is a kind of.
void component_check::walk_python(const component_type& type, const node& component) {
  static constexpr std::pair<std::string_view, std::string_view> kinds[] = {
      {"CustomRequester", "HttpRequester"},
      {"CustomErrorHandler", "DefaultErrorHandler"},
      {"CustomPartitionRouter", "SubstreamPartitionRouter"},
  };
  const node* const code = component.find("class_name");
  const std::string_view class_name = code == nullptr ? std::string_view() : code->text();
  if (!provided_.has(type.name, class_name)) {
    add(finding::weight::lack, component,
        std::string(type.name) + " is Python code of the connector (" +
            (code == nullptr ? "no class_name" : std::string(class_name)) + "), which cannot be run",
        type.name);
    return;
  }
  const auto* const kind =
      std::find_if(std::begin(kinds), std::end(kinds), [&](const auto& k) { return k.first == type.name; });
  const component_type& like = kind == std::end(kinds) ? type : *find_component_type(kind->second, type.stands);
  for (const node::member& m : component.members()) {
    if (find_field(like, m.name) != nullptr) {
      check_field(like, component, m);
    }
  }
}

}  // namespace ingest::rest
