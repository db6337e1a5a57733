#include "rest/selectors/schema_normalization.hpp"

#include <algorithm>
#include <array>

#include "ingest/error.hpp"
#include "json/json_pointer.hpp"
#include "rest/selectors/type_casts.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_references = 64;

/// The one type that a schema names beside "null"; empty where it is none or there are several.
std::string only_type(const value* type) {
  if (type == nullptr) {
    return {};
  }
  if (type->is_text()) {
    return type->text();
  }
  std::string only;
  if (type->is_list()) {
    for (const value& one : type->items()) {
      if (one.is_text() && one.text() == "null") {
        continue;
      }
      if (!one.is_text() || !only.empty()) {
        return {};
      }
      only = one.text();
    }
  }
  return only;
}

bool allows_null(const value* type) {
  if (type == nullptr || type->is_text()) {
    return type != nullptr && type->text() == "null";
  }
  const auto is_null = [](const value& one) { return one.is_text() && one.text() == "null"; };
  return type->is_list() && std::any_of(type->items().begin(), type->items().end(), is_null);
}

/// Whether a value that stands where an array should be becomes its one element. A type of `items` that is a text, not
/// a list of them, makes the CDK look for single letters among the types, so that nothing is made a list of.
bool becomes_list(const value& content, const value& schema) {
  if (content.is_dict() || content.is_list()) {
    return false;
  }
  const value* const items = schema.find("items");
  const value* const types = items != nullptr ? items->find("type") : nullptr;
  if (items != nullptr && !items->is_dict()) {
    return false;
  }
  if (types == nullptr) {
    return true;
  }
  constexpr std::array<std::string_view, 5> simple = {"string", "number", "integer", "boolean", "null"};
  const auto is_simple = [&](const value& type) {
    return type.is_text() && std::find(simple.begin(), simple.end(), type.text()) != simple.end();
  };
  return types->is_list() && std::all_of(types->items().begin(), types->items().end(), is_simple);
}

class normalizer {
 public:
  explicit normalizer(const value& schema) : root_(schema) {}

  /// What is inside the value: the CDK casts members and elements, never the record itself.
  value inside(const value& content, const value& subschema) const {
    const value& schema = resolved(subschema);
    const value* const properties = schema.find("properties");
    if (content.is_dict() && properties != nullptr && properties->is_dict()) {
      return dict(content, *properties);
    }
    const value* const items = schema.find("items");
    if (content.is_list() && items != nullptr && items->is_dict()) {
      value::elements elements;
      elements.reserve(content.items().size());
      for (const value& element : content.items()) {
        elements.push_back(inside(cast(element, *items), *items));
      }
      return value::list_of(std::move(elements));
    }
    return content;
  }

 private:
  value dict(const value& content, const value& properties) const {
    dictionary members = content.members();
    for (const auto& [name, subschema] : properties.members()) {
      if (const value* member = content.members().find(name)) {
        members.set(name, inside(cast(*member, subschema), subschema));
      }
    }
    return value::dict_of(std::move(members));
  }

  static value cast(const value& content, const value& schema) {
    const value* const type = schema.find("type");
    if (content.is_none() && allows_null(type)) {
      return content;
    }
    const std::string wanted = only_type(type);
    if (wanted == "string") {
      return as_text(content);
    }
    if (wanted == "number") {
      return as_number(content);
    }
    if (wanted == "integer") {
      return as_integer(content);
    }
    if (wanted == "boolean") {
      return as_boolean(content);
    }
    if (wanted == "array" && becomes_list(content, schema)) {
      return value::list_of({content});
    }
    return content;
  }

  const value& resolved(const value& schema) const {
    const value* current = &schema;
    for (std::size_t i = 0; i < most_references; ++i) {
      const value* const reference = current->find("$ref");
      if (reference == nullptr || !reference->is_text()) {
        return *current;
      }
      current = &at(reference->text());
    }
    throw error(errc::config, "the stream's JSON schema has a `$ref` that leads back to itself");
  }

  const value& at(const std::string& reference) const {
    const value* current = reference.starts_with("#") ? &root_ : nullptr;
    if (current != nullptr) {
      const json_pointer place(std::string_view(reference).substr(1));
      for (const std::string& token : place.tokens()) {
        current = current != nullptr ? current->find(token) : nullptr;
      }
    }
    if (current == nullptr) {
      throw error(errc::config,
                  "the stream's JSON schema has the `$ref` \"" + reference + "\", which leads to nothing in it");
    }
    return *current;
  }

  const value& root_;
};

}  // namespace

value normalized(const value& record, const value& schema) {
  return normalizer(schema).inside(record, schema);
}

}  // namespace ingest::rest
