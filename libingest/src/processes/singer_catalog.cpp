#include "processes/singer_catalog.hpp"

#include "ingest/error.hpp"
#include "processes/catalog_json.hpp"

namespace ingest::processes {

namespace {

using detail::json_value;

/// The entry of a stream's metadata that is of the stream itself, not of a field.
bool is_of_stream(std::string_view entry) {
  const json_value breadcrumb = member_of(entry, "breadcrumb");
  return breadcrumb.what == json_value::kind::array && elements_of(breadcrumb.raw).empty();
}

std::string metadata_of_stream(std::string_view stream) {
  for (const json_value& entry : elements_of(member_of(stream, "metadata").raw)) {
    if (is_of_stream(entry.raw)) {
      return std::string(member_of(entry.raw, "metadata").raw);
    }
  }
  return "{}";
}

std::vector<std::vector<std::string>> paths_of(const std::vector<std::string>& fields) {
  std::vector<std::vector<std::string>> paths;
  paths.reserve(fields.size());
  for (const std::string& field : fields) {
    paths.push_back({field});
  }
  return paths;
}

/// What a user has written into the catalog comes first, then what the tap does anyway.
std::string replication_method(std::string_view stream, std::string_view metadata) {
  for (const char* const name : {"replication-method", "forced-replication-method"}) {
    if (std::string method = text_of(member_of(metadata, name)); !method.empty()) {
      return method;
    }
  }
  return text_of(member_of(stream, "replication_method"));
}

std::vector<std::string> key_of(std::string_view stream, std::string_view metadata) {
  for (const json_value& fields : {member_of(stream, "key_properties"), member_of(metadata, "table-key-properties"),
                                   member_of(metadata, "view-key-properties")}) {
    if (auto names = texts_of(fields.raw); !names.empty()) {
      return names;
    }
  }
  return {};
}

catalog_stream singer_stream(std::string_view entry) {
  catalog_stream s;
  s.name = text_of(member_of(entry, "stream"));
  const std::string id = text_of(member_of(entry, "tap_stream_id"));
  if (s.name.empty()) {
    s.name = id;
  }
  if (s.name.empty()) {
    throw error(errc::bad_data, "the catalog has a stream without a name (\"stream\", \"tap_stream_id\")");
  }
  s.message_names = {s.name};
  if (!id.empty() && id != s.name) {
    s.message_names.push_back(id);
  }
  const std::string metadata = metadata_of_stream(entry);
  const json_value schema = member_of(entry, "schema");
  s.key = paths_of(key_of(entry, metadata));
  s.schema = schema.what == json_value::kind::object ? std::string(schema.raw) : "";
  const std::string method = replication_method(entry, metadata);
  s.is_incremental = method == "INCREMENTAL" || method == "LOG_BASED";
  s.is_selected = member_of(metadata, "selected").is_true() || member_of(schema.raw, "selected").is_true() ||
                  member_of(entry, "selected").is_true();
  s.declared = entry;
  return s;
}

std::string selected_metadata(std::string_view entry, bool with_all_fields) {
  const json_value metadata = member_of(entry, "metadata");
  const bool is_unsupported = text_of(member_of(metadata.raw, "inclusion")) == "unsupported";
  const bool is_decided = member_of(metadata.raw, "selected").what == json_value::kind::boolean;
  if (is_of_stream(entry)) {
    return with_member(entry, "metadata", with_member(metadata.raw, "selected", "true"));
  }
  if (!with_all_fields || is_unsupported || is_decided || metadata.what != json_value::kind::object) {
    return std::string(entry);
  }
  return with_member(entry, "metadata", with_member(metadata.raw, "selected", "true"));
}

}  // namespace

std::vector<catalog_stream> read_singer_catalog(std::string_view text) {
  std::vector<catalog_stream> all;
  for (const json_value& entry : elements_of(member_of(text, "streams").raw)) {
    all.push_back(singer_stream(entry.raw));
  }
  return all;
}

/// By all the words by which taps have been told, the oldest too.
std::string singer_catalog_selecting(const catalog_stream& stream, bool with_all_fields) {
  std::string metadata;
  bool has_own = false;
  for (const json_value& entry : elements_of(member_of(stream.declared, "metadata").raw)) {
    has_own = has_own || is_of_stream(entry.raw);
    metadata += (metadata.empty() ? "" : ",") + selected_metadata(entry.raw, with_all_fields);
  }
  if (!has_own) {
    metadata += (metadata.empty() ? "" : ",") + std::string("{\"breadcrumb\":[],\"metadata\":{\"selected\":true}}");
  }
  std::string entry = with_member(stream.declared, "metadata", "[" + metadata + "]");
  if (!stream.schema.empty()) {
    entry = with_member(entry, "schema", with_member(stream.schema, "selected", "true"));
  }
  return "{\"streams\":[" + with_member(entry, "selected", "true") + "]}";
}

}  // namespace ingest::processes
