#include "rest/connectors/schema_asking.hpp"

#include <optional>

#include "ingest/error.hpp"
#include "rest/connectors/building.hpp"
#include "rest/connectors/record_reading.hpp"
#include "rest/document/node_edit.hpp"
#include "rest/schemas/field_types.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view dynamic_type = "DynamicSchemaLoader";
constexpr std::size_t most_fields = 100'000;

[[noreturn]] void refuse(const component& at, const std::string& problem) {
  throw error(errc::bad_data, at.where() + ": " + problem);
}

/// SchemaTypeIdentifier.
struct field_reading {
  explicit field_reading(const component& of)
      : at(of),
        known(of.known()),
        schema_path(glob_path::from_templates(of.expressions("schema_pointer"), *known)),
        key_path(glob_path::from_templates(of.expressions("key_pointer"), *known)),
        types(of) {
    if (of.field("type_pointer") != nullptr) {
      type_path = glob_path::from_templates(of.expressions("type_pointer"), *known);
    }
  }

  std::string name_of(const value& definition) const {
    const auto name = key_path.only(definition);
    if (!name || !name->is_text()) {
      refuse(at, "a field that the API describes has no name at `key_pointer`: " + definition.to_json().substr(0, 200));
    }
    return name->text();
  }

  value type_of(const value& definition) const {
    const auto type = type_path ? type_path->only(definition) : std::nullopt;
    return types.schema_of(type.value_or(value::text_of("string")), definition);
  }

  component at;
  std::shared_ptr<const variables> known;
  glob_path schema_path;
  glob_path key_path;
  std::optional<glob_path> type_path = std::nullopt;
  field_types types;
};

/// The first record that the API has for it; nothing where it has none, which is a schema without fields.
std::optional<value> description_of(const component& loader, const std::stop_token& stop) {
  const connector_stream from = stream_of_retriever(loader, "schema");
  std::optional<value> found;
  read_unsliced(from, stop, [&found](const value& record, const stream_slice&) {
    found = record;
    return false;
  });
  if (!found) {
    accept_nothing(from, loader);
  }
  return found;
}

dictionary described_properties(const component& loader, const value& description) {
  const field_reading fields(loader.child("schema_type_identifier"));
  const auto list = fields.schema_path.only(description);
  dictionary properties;
  if (!list || !list->is_list()) {
    refuse(fields.at, "the API's description of the schema has no list of fields at `schema_pointer` \"" +
                          fields.schema_path.to_text() + "\"");
  }
  if (list->items().size() > most_fields) {
    refuse(fields.at, "the API describes more than " + std::to_string(most_fields) + " fields");
  }
  for (const value& definition : list->items()) {
    properties.set(fields.name_of(definition), fields.type_of(definition));
  }
  return properties;
}

/// A RecordFilter looks at each property as a record of that one member.
dictionary filtered(const component& loader, const dictionary& properties) {
  const auto filter = loader.optional_child("schema_filter");
  const auto condition = filter ? make_filter(*filter) : std::nullopt;
  if (!condition || condition->text().empty()) {
    return properties;
  }
  const auto known = filter->known();
  dictionary kept;
  for (const auto& [name, type] : properties) {
    variables given(known.get());
    dictionary property;
    property.set(name, type);
    given.set("record", value::dict_of(std::move(property)));
    given.set("stream_slice", value());
    if (condition->holds(given)) {
      kept.set(name, type);
    }
  }
  return kept;
}

value asked_schema(const component& loader, const std::stop_token& stop) {
  const auto description = description_of(loader, stop);
  value properties =
      value::dict_of(description ? filtered(loader, described_properties(loader, *description)) : dictionary());
  const auto known = loader.known();
  variables given(known.get());
  given.set("stream_slice", value());
  for (const auto& step : make_transformations(loader, "schema_transformations")) {
    properties = step->apply(properties, given);
  }
  return value::dict_of({{"$schema", value::text_of("https://json-schema.org/draft-07/schema#")},
                         {"type", value::text_of("object")},
                         {"additionalProperties", value::boolean_of(true)},
                         {"properties", properties}});
}

node inlined(const component& loader, const std::stop_token& stop) {
  const int line = loader.content().line();
  return node::dict(
      {{"type", node::text("InlineSchemaLoader", line)}, {"schema", node_of(asked_schema(loader, stop), line)}}, line);
}

}  // namespace

node with_asked_schema(const component& stream, const std::stop_token& stop) {
  const node* const before = stream.field("schema_loader");
  bool asked = false;
  node::elements loaders;
  for (const component& loader : stream.children("schema_loader")) {
    const bool dynamic = loader.type() == dynamic_type;
    loaders.push_back(dynamic ? inlined(loader, stop) : loader.content());
    asked = asked || dynamic;
  }
  if (!asked) {
    return stream.content();
  }
  node::member_list members = stream.content().members();
  set_member(members, "schema_loader",
             before->is_list() ? node::list(std::move(loaders), before->line()) : loaders.front());
  return node::dict(std::move(members), stream.content().line());
}

}  // namespace ingest::rest
