#include "serve/pipeline_schema.hpp"

#include <initializer_list>
#include <string_view>

#include "json_text.hpp"
#include "serve/pipeline_file.hpp"
#include "settings/setting_definition.hpp"

namespace ingest::app {

namespace {

void put_types(pretty_json& to, std::initializer_list<std::string_view> types) {
  to.put_list("type", types);
}

void put_choices(pretty_json& to, const setting_definition& d) {
  to.key("anyOf");
  to.json.StartArray();
  to.json.StartObject();
  to.put_list("enum", d.choices);
  to.json.EndObject();
  to.json.StartObject();
  to.put("type", "string");
  to.put("pattern", "\\$\\{");
  to.json.EndObject();
  to.json.EndArray();
}

void put_setting(pretty_json& to, const setting_definition& d) {
  to.key(d.key());
  to.json.StartObject();
  std::string help(d.help);
  if (!d.allowed().empty()) {
    help += " (" + d.allowed() + ")";
  }
  to.put("description", help);
  if (!d.default_text.empty()) {
    to.put("default", d.default_text);
  }
  switch (d.type) {
    case setting_type::boolean:
      put_types(to, {"boolean", "string"});
      break;
    case setting_type::integer:
    case setting_type::size:
    case setting_type::duration:
    case setting_type::time:
      put_types(to, {"integer", "string"});
      break;
    case setting_type::fields:
    case setting_type::headers:
      put_types(to, {"string", "array"});
      to.key("items");
      to.json.StartObject();
      to.put("type", "string");
      to.json.EndObject();
      break;
    case setting_type::choice:
      put_choices(to, d);
      break;
    case setting_type::otel:
      put_types(to, {"string", "integer", "boolean"});
      break;
    default:
      put_types(to, {"string"});
  }
  to.json.EndObject();
}

void put_key(pretty_json& to, const pipeline_key& k) {
  to.key(k.name);
  to.json.StartObject();
  to.put("description", k.help);
  if (k.kind == "object") {
    put_types(to, {"object"});
  } else {
    to.put("default", k.default_text);
    k.kind == "number" || k.kind == "size" ? put_types(to, {"integer", "string"}) : put_types(to, {"string"});
  }
  to.json.EndObject();
}

}  // namespace

std::string pipeline_schema() {
  pretty_json to;
  to.json.SetIndent(' ', 2);
  to.json.StartObject();
  to.put("$schema", "https://json-schema.org/draft/2020-12/schema");
  to.put("title", "A pipeline of ingest serve");
  to.put("type", "object");
  to.key("additionalProperties");
  to.json.Bool(false);
  to.key("properties");
  to.json.StartObject();
  for (const pipeline_key& k : pipeline_keys()) {
    put_key(to, k);
  }
  for (const setting_definition& d : setting_definitions()) {
    if (is_of_pipelines(d)) {
      put_setting(to, d);
    }
  }
  to.json.EndObject();
  to.json.EndObject();
  return to.text();
}

}  // namespace ingest::app
