#include "serve/pipeline_schema.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <string_view>
#include <vector>

#include "serve/pipeline_file.hpp"
#include "settings/setting_definition.hpp"

namespace ingest::app {

namespace {

class schema_text {
 public:
  using writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

  schema_text() { json.SetIndent(' ', 2); }

  void key(std::string_view k) { json.Key(k.data(), static_cast<rapidjson::SizeType>(k.size())); }
  void put(std::string_view text) { json.String(text.data(), static_cast<rapidjson::SizeType>(text.size())); }
  void put(std::string_view k, std::string_view text) {
    key(k);
    put(text);
  }
  void put_types(const std::vector<std::string_view>& types) {
    key("type");
    json.StartArray();
    for (const std::string_view type : types) {
      put(type);
    }
    json.EndArray();
  }
  std::string text() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  rapidjson::StringBuffer buffer_;

 public:
  writer json{buffer_};
};

void put_choices(schema_text& to, const setting_definition& d) {
  to.key("anyOf");
  to.json.StartArray();
  to.json.StartObject();
  to.key("enum");
  to.json.StartArray();
  for (const std::string_view choice : d.choices) {
    to.put(choice);
  }
  to.json.EndArray();
  to.json.EndObject();
  to.json.StartObject();
  to.put("type", "string");
  to.put("pattern", "\\$\\{");
  to.json.EndObject();
  to.json.EndArray();
}

void put_setting(schema_text& to, const setting_definition& d) {
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
      to.put_types({"boolean", "string"});
      break;
    case setting_type::integer:
    case setting_type::size:
    case setting_type::duration:
    case setting_type::time:
      to.put_types({"integer", "string"});
      break;
    case setting_type::fields:
    case setting_type::headers:
      to.put_types({"string", "array"});
      to.key("items");
      to.json.StartObject();
      to.put("type", "string");
      to.json.EndObject();
      break;
    case setting_type::choice:
      put_choices(to, d);
      break;
    default:
      to.put_types({"string"});
  }
  to.json.EndObject();
}

void put_key(schema_text& to, const pipeline_key& k) {
  to.key(k.name);
  to.json.StartObject();
  to.put("description", k.help);
  if (k.kind == "object") {
    to.put_types({"object"});
  } else {
    to.put("default", k.default_text);
    k.kind == "number" ? to.put_types({"integer", "string"}) : to.put_types({"string"});
  }
  to.json.EndObject();
}

}  // namespace

std::string pipeline_schema() {
  schema_text to;
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
