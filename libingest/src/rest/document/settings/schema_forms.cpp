#include "rest/document/settings/schema_forms.hpp"

namespace ingest::rest {

node::member_list properties_of(const node& schema) {
  const node* const properties = schema.find("properties");
  return properties == nullptr ? node::member_list() : properties->members();
}

const node* forms_of(const node& schema) {
  for (const char* const name : {"oneOf", "anyOf"}) {
    if (const node* const forms = schema.find(name); forms != nullptr && forms->is_list()) {
      return forms;
    }
  }
  return nullptr;
}

const node* constant_of(const node& schema) {
  if (const node* const only = schema.find("const")) {
    return only;
  }
  const node* const choice = schema.find("enum");
  return choice != nullptr && choice->items().size() == 1 ? &choice->items().front() : nullptr;
}

}  // namespace ingest::rest
