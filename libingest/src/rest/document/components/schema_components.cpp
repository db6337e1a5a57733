#include "rest/document/component_fields.hpp"

namespace ingest::rest {

std::span<const component_type> schema_components() {
  using namespace fields;
  static const std::vector<component_type> table = {
      {"InlineSchemaLoader",
       place::schema_loader,
       support::runs,
       "The schema of the records stands in the manifest.",
       {dict("schema")}},
      {"JsonFileSchemaLoader",
       place::schema_loader,
       support::runs,
       "The schema of the records stands in a file beside the manifest; without it, nothing is known of them.",
       {expression(text("file_path"))}},
      {"CustomSchemaLoader",
       place::schema_loader,
       support::python,
       "Makes the schema by code of the connector.",
       {required(text("class_name"))},
       false,
       true},
      {"DynamicSchemaLoader",
       place::schema_loader,
       support::runs,
       "Asks the API for the schema of the records.",
       {required(component("retriever", place::retriever)), component("schema_filter", place::record_filter),
        components("schema_transformations", place::transformation),
        required(component("schema_type_identifier", place::schema_type_identifier))}},
      {"SchemaTypeIdentifier",
       place::schema_type_identifier,
       support::runs,
       "Where the API's description of a schema has names and types.",
       {expression(texts("schema_pointer")), required(expression(texts("key_pointer"))),
        expression(texts("type_pointer")), components("types_mapping", place::types_map)},
       true},
      {"TypesMap",
       place::types_map,
       support::runs,
       "What the API's word for a type means.",
       {required(text("target_type") | texts("") | component("", place::complex_type)),
        required(text("current_type") | texts("")), expression(text("condition"))},
       true},
      {"ComplexFieldType",
       place::complex_type,
       support::runs,
       "A type of lists or dicts, and what is in them.",
       {required(text("field_type")), text("items") | component("", place::complex_type)},
       true},
  };
  return table;
}

}  // namespace ingest::rest
