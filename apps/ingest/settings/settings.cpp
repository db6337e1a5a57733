#include "settings/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/nearest_name.hpp"
#include "json/json_pointer.hpp"
#include "settings/config_file.hpp"
#include "settings/env_file.hpp"
#include "settings/misspelt_names.hpp"
#include "settings/setting_definition.hpp"
#include "settings/setting_secrets.hpp"
#include "settings/setting_text.hpp"

namespace ingest {

namespace {

namespace fs = std::filesystem;

struct found_value {
  std::string text;
  std::string origin;
  bool from_flag = false;
};
using found_values = std::map<std::string, found_value, std::less<>>;

std::optional<std::string> process_environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

std::vector<std::string> names_in_environment(const setting_sources& from) {
  if (from.environment_names || from.environment) {
    return from.environment_names ? from.environment_names() : std::vector<std::string>();
  }
  std::vector<std::string> names;
  for (char** variable = ::environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

std::string contents_of(const fs::path& path, std::string_view flag) {
  if (auto text = detail::contents_of(path)) {
    return *std::move(text);
  }
  throw error(errc::usage, std::string(flag) + " " + path.string() + ": cannot read the file");
}

found_values values_of_entries(const std::vector<config_entry>& entries, const std::string& file) {
  std::vector<std::string> keys;
  for (const setting_definition& d : setting_definitions()) {
    keys.push_back(d.key());
  }
  found_values values;
  for (const auto& [key, value, line] : entries) {
    const std::string origin = file + " line " + std::to_string(line);
    const auto known = std::find(keys.begin(), keys.end(), key);
    if (known == keys.end()) {
      const std::string nearest = nearest_name(key, keys);
      throw error(errc::config,
                  origin + ": there is no setting \"" + log::redact(key) + "\"" +
                      (nearest.empty() ? "; see ingest run --help" : "; did you mean \"" + nearest + "\"?"));
    }
    const auto& definition = setting_definitions()[static_cast<std::size_t>(known - keys.begin())];
    values[std::string(definition.name)] = {value, "from " + origin};
  }
  return values;
}

found_values values_of_config_file(const fs::path& path) {
  return values_of_entries(parse_config_file(contents_of(path, "--config"), path.string()), path.string());
}

/// The env file that is read, if there is one.
std::optional<fs::path> env_file_of(const setting_sources& from) {
  std::error_code ignored;
  return from.env_file || !fs::exists(from.default_env_file, ignored) ? from.env_file
                                                                      : std::optional(from.default_env_file);
}

found_values values_of_env_file(const setting_sources& from) {
  if (!env_file_of(from)) {
    return {};
  }
  const fs::path path = *env_file_of(from);
  found_values values;
  for (auto& [name, value, line] : parse_env_file(contents_of(path, "--env-file"), path.string())) {
    values[name] = {std::move(value), "from " + path.string() + " line " + std::to_string(line)};
  }
  return values;
}

/// Overwrites values of lower precedence. An empty one, as `NAME=` in an env file, counts as not given.
void overlay(found_values& values, const found_values& stronger) {
  for (const auto& [name, value] : stronger) {
    if (!value.text.empty() || value.from_flag) {
      values[name] = value;
    }
  }
}

found_values collect(const setting_sources& from) {
  const auto environment = from.environment ? from.environment : process_environment;
  found_values values;
  if (from.config_file) {
    overlay(values, values_of_config_file(*from.config_file));
  }
  overlay(values, values_of_env_file(from));
  found_values variables;
  for (const setting_definition& d : setting_definitions()) {
    const std::string name(d.name);
    variables[name] = {environment(name).value_or(""), "from the environment"};
  }
  overlay(values, variables);
  if (from.given) {
    overlay(values, values_of_entries(from.given->entries, from.given->file));
  }
  for (const auto& [name, text] : from.flags) {
    values[name] = {text, "from the command line", true};
  }
  return values;
}

/// What was found under names that are likely to be misspelt, by the setting that was likely meant and is not given.
std::map<std::string_view, std::string> misspelt_in(const setting_sources& from, const found_values& values) {
  std::map<std::string_view, std::string> found;
  const auto note = [&](const std::string& name, const std::string& origin) {
    const setting_definition* const meant = detail::meant_by(name);
    if (meant != nullptr && (!values.contains(meant->name) || values.find(meant->name)->second.text.empty())) {
      found.emplace(meant->name,
                    name + " (" + origin + ") is no setting; did you mean " + std::string(meant->name) + "?");
    }
  };
  for (const auto& [name, value] : values) {
    note(name, value.origin);
  }
  for (const std::string& name : names_in_environment(from)) {
    note(name, "from the environment");
  }
  return found;
}

std::string shown(const setting_definition& d, std::string text) {
  constexpr std::size_t longest = 80;
  if (d.type == setting_type::secret || d.type == setting_type::connection || d.type == setting_type::headers ||
      d.type == setting_type::otel_headers) {
    return "";
  }
  text = log::redact(text);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return "=" + (text.size() > longest ? text.substr(0, longest) + "…" : text);
}

void assign(settings& s, const setting_definition& d, const found_value& value) {
  try {
    if (value.from_flag && detail::holds_secret(d, value.text)) {
      throw error(errc::usage, std::string("holds a ") + (d.type == setting_type::connection ? "password" : "secret") +
                                   ", which every user of this machine could read there; set " + std::string(d.name) +
                                   " in the environment or in .env instead");
    }
    assign_setting(s, d, value.text);
    s.origins[std::string(d.name)] = value.origin;
  } catch (const error& e) {
    const std::string subject = value.from_flag
                                    ? d.flag() + shown(d, value.text)
                                    : std::string(d.name) + shown(d, value.text) + " (" + value.origin + ")";
    throw error(value.from_flag ? errc::usage : errc::config, subject + ": " + e.what());
  }
}

[[noreturn]] void refuse(const settings& s, std::initializer_list<std::string_view> involved,
                         const std::string& complaint) {
  errc code = errc::config;
  std::string where;
  for (const std::string_view name : involved) {
    if (const auto origin = s.origins.find(name); origin != s.origins.end()) {
      where += (where.empty() ? "" : ", ") + std::string(name) + " " + origin->second;
      code = origin->second == "from the command line" ? errc::usage : code;
    }
  }
  throw error(code, complaint + (where.empty() ? "" : " (" + where + ")"));
}

bool is_needed(const setting_definition& d, const settings& s) {
  return d.required_with.empty() || (d.required_with == "FROM=api" ? s.from.what == source_choice::kind::api
                                                                   : s.to.what == target_choice::kind::postgres);
}

/// Where a setting was looked for that is not there.
std::string places_of(const setting_definition& d, const setting_sources& from) {
  std::error_code ignored;
  const auto env_file = env_file_of(from);
  return std::string("looked for ") + (d.flag().empty() ? "" : "as " + d.flag() + ", ") + "in the environment, in " +
         (env_file ? fs::absolute(*env_file, ignored).string()
                   : fs::absolute(from.default_env_file, ignored).string() + " (there is no such file)") +
         (from.given         ? " and in " + from.given->file
          : from.config_file ? " and in " + from.config_file->string()
                             : ", and in no config file, as --config names none");
}

/// libpq's variables alone say nothing of where rows are to go: they count where DATABASE_URL leaves something out.
std::string hint_at_libpq(const setting_definition& d, const setting_sources& from) {
  if (d.type != setting_type::connection) {
    return {};
  }
  const auto environment = from.environment ? from.environment : process_environment;
  for (const char* name : {"PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"}) {
    if (environment(name)) {
      return std::string(". ") + name + " is set, but counts only where DATABASE_URL leaves something out: " +
             "DATABASE_URL=postgresql:// leaves everything to libpq's variables";
    }
  }
  return {};
}

void check_completeness(const settings& s, command c, const setting_sources& from,
                        const std::map<std::string_view, std::string>& misspelt) {
  for (const setting_definition& d : setting_definitions()) {
    if ((d.required_for & set_of(c)) != 0 && !s.origins.contains(d.name) && is_needed(d, s)) {
      const auto suspect = misspelt.find(d.name);
      throw error(errc::config, std::string(d.name) + " is not set: " + std::string(d.help) +
                                    ". Set it in the environment or in .env (" + places_of(d, from) + ")" +
                                    hint_at_libpq(d, from) + (suspect == misspelt.end() ? "" : ". " + suspect->second));
    }
  }
}

void check_together(const settings& s, command c) {
  const setting_definition& slices = *find_setting("SLICES");
  if (slices.used_by(c) && s.from.what != source_choice::kind::api && (s.since || s.until)) {
    refuse(s, {"FROM", "SINCE", "UNTIL"},
           "only the API can be asked for a time window: set neither SINCE nor UNTIL, or FROM=api");
  }
  if (slices.used_by(c) && s.from.what == source_choice::kind::api) {
    if (s.incremental && s.until) {
      refuse(s, {"INCREMENTAL", "UNTIL"},
             "an incremental sync reads up to now, and the next one what comes then: set no UNTIL");
    }
    if (s.incremental && s.slices > std::uint64_t{1} && !s.since) {
      refuse(s, {"SLICES"}, "SLICES above 1 divides a time window: set SINCE, or SLICES=1 or auto");
    }
    if (!s.incremental && s.slices > std::uint64_t{1} && (!s.since || !s.until)) {
      refuse(s, {"SLICES"}, "SLICES above 1 divides a time window: set SINCE and UNTIL, or SLICES=1 or auto");
    }
    if (s.since && s.until && *s.until <= *s.since) {
      refuse(s, {"SINCE", "UNTIL"}, "UNTIL must be later than SINCE");
    }
    if (s.endpoint == http_endpoint::standard && (s.since || s.until || s.incremental)) {
      refuse(
          s, {"ENDPOINT", "SINCE", "UNTIL", "INCREMENTAL"},
          "the standard endpoint knows no time window: set ENDPOINT=stream, or none of SINCE, UNTIL and INCREMENTAL");
    }
  }
  if (is_shared(s)) {
    if (s.from.what != source_choice::kind::api && s.from.what != source_choice::kind::connector) {
      refuse(s, {"FROM", "WORKERS"},
             "only an API can be read by any machine: set FROM=api or connector:FILE, or WORKERS=alone");
    }
    if (s.to.what != target_choice::kind::postgres) {
      refuse(s, {"TO", "WORKERS"}, "who reads what is agreed upon in the database: set TO=postgres, or WORKERS=alone");
    }
    if (s.strict_total) {
      refuse(
          s, {"STRICT_TOTAL", "WORKERS"},
          "no process of several knows all that the API has announced: leave STRICT_TOTAL out, or set WORKERS=alone");
    }
  }
  const bool can_be_asked = s.from.what == source_choice::kind::api || s.from.has_streams();
  if (s.incremental && c == command::run && !can_be_asked) {
    refuse(s, {"FROM", "INCREMENTAL"}, "only an API can be asked for what is new: set FROM=api, or no INCREMENTAL");
  }
  if (s.incremental && c == command::run && s.to.what != target_choice::kind::postgres) {
    refuse(s, {"TO", "INCREMENTAL"},
           "up to where a sync has read is kept in the database: set TO=postgres, or no INCREMENTAL");
  }
  if (s.incremental && c == command::run && s.write == disposition::replace) {
    refuse(
        s, {"WRITE", "INCREMENTAL"},
        "WRITE=replace leaves what a run has read, and a run with INCREMENTAL reads only what is new: choose merge or "
        "skip, or leave INCREMENTAL out");
  }
  const bool knows_table = find_setting("TABLES")->used_by(c);  // not where the buffer alone is filled
  const bool is_typed = s.tables == table_kind::typed || (s.from.has_streams() && !s.origins.contains("TABLES"));
  if (knows_table && s.origins.contains("KEY") && !is_typed) {
    refuse(s, {"KEY", "TABLES"}, "KEY names fields of a typed table: set TABLES=typed, or ID_POINTER instead of KEY");
  }
  if (!s.schema_file.empty() && s.tables != table_kind::typed) {
    refuse(s, {"SCHEMA_FILE", "TABLES"}, "SCHEMA_FILE gives types to the columns of a typed table: set TABLES=typed");
  }
  if (!s.deleted_pointer.empty() && s.tables != table_kind::typed) {
    refuse(s, {"DELETED_POINTER", "TABLES"}, "DELETED_POINTER fills a column of a typed table: set TABLES=typed");
  }
  if (!s.version_field.empty() && (s.tables != table_kind::typed || s.write != disposition::merge)) {
    refuse(s, {"VERSION_FIELD", "TABLES", "WRITE"},
           "VERSION_FIELD tells which record is merged: set TABLES=typed and WRITE=merge, or no VERSION_FIELD");
  }
  const bool is_said = s.origins.contains("WRITE") || !s.from.has_streams();
  if (knows_table && !s.has_key && is_said && (s.write == disposition::skip || s.write == disposition::merge)) {
    refuse(s, {"KEY", "WRITE"},
           "KEY is none, but WRITE=skip and merge tell by the key what is there: set WRITE=auto, append or replace");
  }
  if (s.origins.contains("KEY") && s.origins.contains("ID_POINTER")) {
    refuse(s, {"KEY", "ID_POINTER"}, "KEY and ID_POINTER both say what the table's key is: set one of them");
  }
  if (find_setting("BUFFER_QUOTA_BYTES")->used_by(c) && s.buffer_quota_bytes < s.segment_bytes) {
    refuse(s, {"BUFFER_QUOTA_BYTES", "SEGMENT_BYTES"},
           "BUFFER_QUOTA_BYTES must be at least SEGMENT_BYTES: raise the one or lower the other");
  }
  constexpr std::uint64_t mib = 1ULL << 20;
  if (s.max_memory > 0 && s.max_memory < mib) {
    refuse(s, {"MAX_MEMORY"},
           "MAX_MEMORY is " + std::to_string(s.max_memory) +
               " bytes, and no sync does with less than 1MiB: write a size such as 4GiB, or 0 for any amount");
  }
}

/// What is no mistake where a setting stands in `.env` for good, but is one where somebody relies on it.
void note_unused(settings& s) {
  if (!s.origins.contains("LOOKBACK")) {
    return;
  }
  const std::string unused = "LOOKBACK (" + s.origins.at("LOOKBACK") + ") changes nothing: ";
  if (s.from.what == source_choice::kind::connector) {
    s.unused.push_back(unused + "how far a stream is looked back, its manifest says (`lookback_window`). Leave it out");
  } else if (!s.incremental) {
    s.unused.push_back(unused + "it says where an incremental sync begins. Set INCREMENTAL=true, or leave it out");
  }
}

void settle_table(settings& s) {
  const auto dot = s.table.find('.');
  if (s.target_schema.empty()) {
    return;
  }
  if (s.target_schema.find('.') != std::string::npos) {
    refuse(s, {"TARGET_SCHEMA"}, "TARGET_SCHEMA is the name of a schema, as it is, without the database's");
  }
  if (dot != std::string::npos && s.table.substr(0, dot) != s.target_schema) {
    refuse(s, {"TABLE", "TARGET_SCHEMA"}, "TABLE names a schema, and TARGET_SCHEMA another one: set one of them");
  }
  if (dot == std::string::npos) {
    s.table = s.target_schema + "." + s.table;
  }
}

void settle_write(settings& s) {
  if (s.key == std::vector<std::string>{"none"}) {
    s.key.clear();
    s.has_key = false;
  }
  switch (s.asked_write) {
    case write_choice::skip:
      s.write = disposition::skip;
      break;
    case write_choice::merge:
      s.write = disposition::merge;
      break;
    case write_choice::append:
      s.write = disposition::append;
      break;
    case write_choice::replace:
      s.write = disposition::replace;
      break;
    case write_choice::automatic:
      s.write = s.has_key ? disposition::merge : disposition::replace;
      break;
  }
}

}  // namespace

settings load_settings(const setting_sources& from, command c) {
  const found_values values = collect(from);
  // Before anything is checked, so that no complaint can quote a secret.
  for (const auto& [name, value] : values) {
    if (const setting_definition* const d = find_setting(name)) {
      detail::register_secrets(*d, value.text);
    }
  }
  if (const char* const password = std::getenv("PGPASSWORD")) {
    log::add_secret(password);
  }
  settings s;
  for (const setting_definition& d : setting_definitions()) {
    const auto value = values.find(d.name);
    if (d.used_by(c) && value != values.end()) {
      assign(s, d, value->second);
    } else if (!d.default_text.empty()) {
      assign_setting(s, d, d.default_text);
    }
  }
  const auto misspelt = misspelt_in(from, values);
  for (const auto& [meant, sentence] : misspelt) {
    if (find_setting(meant)->used_by(c)) {
      s.misspelt.push_back(sentence);
    }
  }
  check_completeness(s, c, from, misspelt);
  settle_table(s);
  settle_write(s);
  check_together(s, c);
  note_unused(s);
  if (!s.key.empty()) {
    s.id_pointer = json_pointer::text_to_member(s.key.front());  // rows lie in the buffer by it
  }
  return s;
}

bool logs_as_text(const settings& s) {
  return s.log_format == log_format_choice::text ||
         (s.log_format == log_format_choice::automatic && ::isatty(STDERR_FILENO) == 1);
}

}  // namespace ingest
