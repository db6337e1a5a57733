#include "processes/airbyte_catalog.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "json/json_text.hpp"
#include "processes/catalog_json.hpp"

namespace ingest::processes {

namespace {

using detail::json_value;

std::vector<std::vector<std::string>> paths_of(std::string_view key) {
  std::vector<std::vector<std::string>> paths;
  for (const json_value& path : elements_of(key)) {
    if (auto names = texts_of(path.raw); !names.empty()) {
      paths.push_back(std::move(names));
    }
  }
  return paths;
}

bool has_elements(const json_value& v) {
  return v.what == json_value::kind::array && !elements_of(v.raw).empty();
}

/// `entry` is a stream, or a configured one, which has it in a member.
catalog_stream stream_of(std::string_view entry) {
  const json_value inner = member_of(entry, "stream");
  const bool is_configured = inner.what == json_value::kind::object;
  const std::string_view stream = is_configured ? inner.raw : entry;
  catalog_stream s;
  s.name = text_of(member_of(stream, "name"));
  if (s.name.empty()) {
    throw error(errc::bad_data, "the catalog has a stream without a name");
  }
  s.space = text_of(member_of(stream, "namespace"));
  s.message_names = {s.name};
  s.declared = stream;
  s.is_selected = is_configured;
  s.sync_mode = is_configured ? text_of(member_of(entry, "sync_mode")) : "";
  if (const json_value schema = member_of(stream, "json_schema"); schema.what == json_value::kind::object) {
    s.schema = schema.raw;
  }
  const json_value asked_key = is_configured ? member_of(entry, "primary_key") : json_value();
  s.key = paths_of((has_elements(asked_key) ? asked_key : member_of(stream, "source_defined_primary_key")).raw);
  const json_value asked_cursor = is_configured ? member_of(entry, "cursor_field") : json_value();
  const json_value cursor = has_elements(asked_cursor) ? asked_cursor : member_of(stream, "default_cursor_field");
  s.cursor_field = has_elements(cursor) ? std::string(cursor.raw) : "";
  const auto modes = texts_of(member_of(stream, "supported_sync_modes").raw);
  const bool may = std::find(modes.begin(), modes.end(), "incremental") != modes.end() &&
                   (member_of(stream, "source_defined_cursor").is_true() || !s.cursor_field.empty());
  s.is_incremental = s.sync_mode.empty() ? may : s.sync_mode == "incremental";
  return s;
}

std::string json_of(const std::vector<std::vector<std::string>>& key) {
  std::string all;
  for (const auto& path : key) {
    std::string names;
    for (const std::string& name : path) {
      names += (names.empty() ? "" : ",") + detail::json_string(name);
    }
    all += (all.empty() ? "[" : ",[") + names + "]";
  }
  return "[" + all + "]";
}

}  // namespace

std::vector<catalog_stream> read_airbyte_catalog(std::string_view text) {
  std::vector<catalog_stream> all;
  for (const json_value& entry : elements_of(member_of(text, "streams").raw)) {
    all.push_back(stream_of(entry.raw));
  }
  return all;
}

std::string airbyte_catalog_selecting(const catalog_stream& stream, bool incremental) {
  const std::string destination = !incremental ? "overwrite" : stream.key.empty() ? "append" : "append_dedup";
  return "{\"streams\":[{\"stream\":" + stream.declared + ",\"sync_mode\":\"" +
         (incremental ? "incremental" : "full_refresh") + "\",\"destination_sync_mode\":\"" + destination + "\"" +
         (stream.cursor_field.empty() ? "" : ",\"cursor_field\":" + stream.cursor_field) +
         (stream.key.empty() ? "" : ",\"primary_key\":" + json_of(stream.key)) + "}]}";
}

}  // namespace ingest::processes
