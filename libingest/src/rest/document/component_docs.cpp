#include "rest/document/component_docs.hpp"

#include <map>
#include <vector>

#include "rest/document/component_type.hpp"

namespace ingest::rest {

namespace {

std::string_view word_of(enum support s) {
  switch (s) {
    case support::runs:
      return "yes";
    case support::ignored:
      return "not needed";
    case support::lacking:
      return "not yet";
    case support::embedded:
      return "in C++ only";
    case support::python:
      return "no: Python";
  }
  return "";
}

std::string fields_of(const component_type& type) {
  std::string fields;
  for (const field_type& f : type.fields) {
    const std::string name = "`" + std::string(f.name) + "`";
    fields += (fields.empty() ? "" : ", ") + (f.is_required ? "**" + name + "**" : name);
  }
  return fields;
}

}  // namespace

std::string component_list() {
  std::map<place, std::vector<const component_type*>> by_place;
  for (const component_type& t : component_types()) {
    by_place[t.stands].push_back(&t);
  }
  std::string list =
      "# Components of connectors\n\nThe types of Airbyte's low-code format, by where they stand in a manifest; "
      "[connectors.md](connectors.md) tells how\nconnectors are run. \"Not needed\" means that nothing is lost without "
      "it; \"in C++ only\",\nthat a program which embeds the library can bring its own ([guide.md](guide.md)). This "
      "list is printed by `ingest help-components --markdown`.\n\n"
      "| stands as | component | runs here | what it does | fields (**required**) |\n|---|---|---|---|---|\n";
  for (const auto& [where, types] : by_place) {
    for (const component_type* const t : types) {
      list += "| " + std::string(name_of(where)) + " | `" + std::string(t->name) + "` | " +
              std::string(word_of(t->support)) + " | " + std::string(t->sentence) + " | " + fields_of(*t) + " |\n";
    }
  }
  return list;
}

}  // namespace ingest::rest
