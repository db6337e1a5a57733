#include "rest/schemas/field_types.hpp"

#include <string_view>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

/// Airbyte's types (https://docs.airbyte.com/understanding-airbyte/supported-data-types).
struct airbyte_type {
  std::string_view name;
  std::string_view json_type;
  std::string_view format = "";
  bool is_told = false;  ///< `airbyte_type` says which it is
};

constexpr airbyte_type airbyte_types[] = {
    {"string", "string"},
    {"boolean", "boolean"},
    {"date", "string", "date"},
    {"timestamp_without_timezone", "string", "date-time", true},
    {"timestamp_with_timezone", "string", "date-time"},
    {"time_without_timezone", "string", "time", true},
    {"time_with_timezone", "string", "time", true},
    {"integer", "integer"},
    {"number", "number"},
    {"array", "array"},
    {"object", "object"},
};

dictionary schema_named(std::string_view name) {
  for (const airbyte_type& t : airbyte_types) {
    if (t.name != name) {
      continue;
    }
    dictionary schema{{"type", value::list_of({value::text_of("null"), value::text_of(std::string(t.json_type))})}};
    if (!t.format.empty()) {
      schema.set("format", value::text_of(std::string(t.format)));
    }
    if (t.is_told) {
      schema.set("airbyte_type", value::text_of(std::string(t.name)));
    }
    return schema;
  }
  throw error(errc::config, "\"" + std::string(name).substr(0, 100) +
                                "\" is no type of Airbyte's: give it a line in `types_mapping`");
}

value schema_by_name(const value& type) {
  if (type.is_text()) {
    return value::dict_of(schema_named(type.text()));
  }
  if (type.is_list() && type.items().size() == 2 && type.items()[0].is_text() && type.items()[1].is_text()) {
    return value::dict_of(
        {{"oneOf", value::list_of({schema_by_name(type.items()[0]), schema_by_name(type.items()[1])})}});
  }
  throw error(errc::config, type.to_json().substr(0, 100) + " is no type: it must be a text, or a list of two");
}

/// `target_type` of a TypesMap, or `items` of a ComplexFieldType.
value schema_of_target(const node& target) {
  if (!target.is_dict()) {
    return schema_by_name(target.to_value());
  }
  const node* const type = target.find("field_type");
  const node* const items = target.find("items");
  dictionary schema = schema_named(type == nullptr ? std::string_view() : type->text());
  if (items != nullptr && !items->is_none()) {
    if (type->text() != "array") {
      throw error(errc::config, "only a `field_type` that is array has `items`");
    }
    schema.set("items", schema_of_target(*items));
  }
  return value::dict_of(std::move(schema));
}

}  // namespace

field_types::field_types(const component& identifier) : where_(identifier.where()), known_(identifier.known()) {
  for (const component& map : identifier.children("types_mapping")) {
    const node* const current = map.field("current_type");
    const node* const target = map.field("target_type");
    if (current == nullptr || target == nullptr) {
      map.refuse("misses `current_type` or `target_type`");
    }
    try {
      lines_.push_back({current->to_value(), schema_of_target(*target), map.optional_expression("condition")});
    } catch (const error& e) {
      map.refuse(std::string("`target_type`: ") + e.what());
    }
  }
}

value field_types::schema_of(const value& type, const value& raw_schema) const {
  variables given(known_.get());
  given.set("raw_schema", raw_schema);
  for (const line& l : lines_) {
    if (type == l.current && (!l.condition || l.condition->holds(given))) {
      return l.schema;
    }
  }
  try {
    return schema_by_name(type);
  } catch (const error& e) {
    throw error(errc::bad_data,
                where_ + ": a field is described as " + raw_schema.to_json().substr(0, 200) + ", and " + e.what());
  }
}

}  // namespace ingest::rest
