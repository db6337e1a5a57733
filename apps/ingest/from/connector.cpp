#include "from/connector.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "core/crc32c.hpp"
#include "from/from.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "ingest/record_encoder.hpp"
#include "ingest/version.hpp"
#include "json/json_pointer.hpp"
#include "log/redaction.hpp"
#include "rest/connectors/stream_source.hpp"
#include "rest/document/settings/connection_settings.hpp"
#include "rest/document/settings/setting_expansion.hpp"
#include "rest/expressions/canonical_json.hpp"
#include "run_plan.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

constexpr std::size_t longest_name = 63;
constexpr const char* token_file_name = "oauth_tokens.json";

std::string hex_of(std::uint32_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) {
    text += digits[number >> shift & 0xF];
  }
  return text;
}

std::string fingerprint_of(std::string_view text) {
  return hex_of(crc32c(text));
}

/// Within 63 characters, told apart by a checksum where something was left out of the name.
std::string shortened(const std::string& name, const std::string& whole, std::size_t most) {
  return name == whole && name.size() <= most ? name : name.substr(0, most - 9) + "_" + fingerprint_of(whole);
}

/// What a short spelling takes from the environment, and what the file of settings says, which counts more.
rest::node config_of(const settings& s, const rest::manifest& m) {
  const auto origins = rest::setting_origins::of_process();
  rest::node config = rest::node::dict({}, 0);
  if (!s.connector_config.empty()) {
    config = rest::expanded_settings(rest::read_document(s.connector_config.string()), origins);
  }
  if (!m.settings.is_dict() || (!config.is_dict() && !config.is_none())) {
    return config;
  }
  rest::node::member_list own;
  for (const rest::node::member& setting : m.settings.members()) {
    if (config.find(setting.name) == nullptr) {
      own.push_back(setting);
    }
  }
  own = rest::expanded_settings({m.name, rest::node::dict(std::move(own), 0), {}}, origins).members();
  own.insert(own.end(), config.members().begin(), config.members().end());
  return rest::node::dict(std::move(own), config.line());
}

disposition disposition_named(const std::string& word) {
  return word == "replace" ? disposition::replace : word == "skip" ? disposition::skip : disposition::merge;
}

/// All that is wrong, at once.
std::string text_of(const std::vector<rest::finding>& findings) {
  std::string all;
  for (const rest::finding& f : findings) {
    if (f.hinders()) {
      all += (all.empty() ? "" : "; ") + to_text(f);
    }
  }
  return all;
}

rest::value without(const std::vector<std::string>& secrets, const rest::value& config) {
  if (config.is_text() && std::find(secrets.begin(), secrets.end(), config.text()) != secrets.end()) {
    return {};
  }
  if (config.is_dict()) {
    rest::dictionary members;
    for (const auto& [name, content] : config.members()) {
      members.set(name, without(secrets, content));
    }
    return rest::value::dict_of(std::move(members));
  }
  if (config.is_list()) {
    rest::value::elements items;
    for (const rest::value& item : config.items()) {
      items.push_back(without(secrets, item));
    }
    return rest::value::list_of(std::move(items));
  }
  return config;
}

struct loaded_settings {
  rest::value config;
  std::vector<std::string> secrets;
  std::string fingerprint;
};

loaded_settings load_connection(const settings& s, const rest::manifest& m) {
  const rest::connection_settings checked = checked_settings(m, config_of(s, m));
  for (const std::string& secret : checked.secrets) {
    log::add_secret(secret);
  }
  if (!checked.usable()) {
    throw error(errc::config, "the settings of the connection" +
                                  (s.connector_config.empty() ? " (there is no CONNECTOR_CONFIG)"
                                                              : ", " + s.connector_config.string()) +
                                  ": " + text_of(checked.findings));
  }
  rest::value config = checked.config.to_value();
  // Without secrets: a key that was renewed is no other account, and a run that it has stopped goes on with the new
  // one.
  const std::string all = rest::canonical_json(without(checked.secrets, config));
  return {std::move(config), checked.secrets, fingerprint_of(all)};
}

rest::connector_options options_of(const settings& s, const std::optional<std::int64_t>& present_ms) {
  rest::connector_options o;
  o.client.connect_timeout = s.connect_timeout;
  o.client.request_timeout = s.request_timeout;
  o.client.max_body_bytes = s.max_page_bytes;
  o.client.compression = s.http_compression;
  o.client.ca_file = s.tls_ca_file;
  o.client.user_agent = "ingest/" + std::string(version());
  o.tokens = std::make_shared<rest::token_file>(posix_file_system(),
                                                s.token_file.empty() ? s.data_dir / token_file_name : s.token_file);
  o.allowed_hosts = s.allowed_hosts;
  if (s.origins.contains("RETRY_DEADLINE_MS")) {
    o.patience.deadline = std::min(o.patience.deadline, s.retry_deadline);
    o.retry_deadline = s.retry_deadline;
  }
  if (present_ms) {
    o.present = std::chrono::system_clock::time_point(std::chrono::milliseconds(*present_ms));
  }
  return o;
}

rest::manifest load_manifest(const settings& s) {
  return rest::prepared_manifest(rest::read_document(s.from.path.string()));
}

/// A stream with a cursor is read on from where the run before has left it, unless that is asked not to be, or the
/// table is to have what there is now and nothing else.
bool reads_new(const settings& asked, const settings& own, const rest::declared_stream& stream) {
  const bool keeps_what_is_there = own.write == disposition::merge || own.write == disposition::skip;
  return (asked.incremental || !asked.origins.contains("INCREMENTAL")) && !stream.cursor_field.empty() &&
         keeps_what_is_there && to_of(own).durable;
}

/// What is read is what manifest, settings and stream say.
std::string plan_of_connector(const settings& s) {
  const rest::manifest m = load_manifest(s);
  return std::string(connector_key) + std::filesystem::weakly_canonical(s.from.path).string() +
         " MANIFEST=" + fingerprint_of(m.root.to_json()) + " CONFIG=" + load_connection(s, m).fingerprint +
         " STREAM=" + s.stream + " ID_POINTER=" + s.id_pointer +
         std::string(s.incremental ? reads_new_key : reads_all_key);
}

/// Watermarks of the ledger. All of a stream are kept at hand while they are few, so that not each partition asks.
class ledger_progress {
 public:
  ledger_progress(std::shared_ptr<run_ledger> ledger, std::string stream)
      : ledger_(std::move(ledger)), stream_(std::move(stream)) {}

  std::optional<std::string> watermark(const std::string& partition, const std::stop_token& stop) {
    if (!asked_) {
      at_hand_ = ledger_->watermarks(stream_, most_at_hand, stop);
      asked_ = true;
    }
    if (!at_hand_) {
      return ledger_->watermark(stream_, partition, stop);
    }
    const auto found = at_hand_->find(partition);
    return found == at_hand_->end() ? std::nullopt : std::optional(found->second);
  }

 private:
  static constexpr std::size_t most_at_hand = 20'000;  // some 5 MB

  std::shared_ptr<run_ledger> ledger_;
  std::string stream_;
  bool asked_ = false;
  std::optional<std::map<std::string, std::string>> at_hand_;
};

supplied_sources sources_of(const settings& s, const std::string& plan, const std::shared_ptr<run_ledger>& ledger,
                            metrics&) {
  connector_setup made = set_up_connector(s, present_in(plan));
  if (ledger && s.write == disposition::replace) {
    made.options.replaces_rows = [ledger](const std::stop_token& stop) { return ledger->replaces_rows(stop); };
  }
  const auto from =
      std::make_shared<rest::connector>(std::move(made.source), std::move(made.config), std::move(made.options));
  const auto stream = std::make_shared<const rest::connector_stream>(from->open(from->find(s.stream)));
  std::shared_ptr<const record_encoder> encoder = std::make_shared<ndjson_encoder>();
  if (to_of(s).keyed) {
    encoder = std::make_shared<keyed_encoder>();
  }
  const bool has_key = to_of(s).keyed && s.has_key;
  const bool may_repeat = has_key && s.write != disposition::append;
  rest::stream_progress past;
  if (ledger && goes_by_watermarks_of_slices(plan)) {
    past.watermark = [kept = std::make_shared<ledger_progress>(ledger, stream->name())](const std::string& partition,
                                                                                        const std::stop_token& stop) {
      return kept->watermark(partition, stop);
    };
  }
  const rest::stream_sources read(stream, has_key ? std::optional(s.id_pointer) : std::nullopt, std::move(encoder),
                                  std::move(past), may_repeat);
  // The connector is what its streams are made of, and lives as long as they do.
  return {[make = read.supply(), from] { return make(); },
          [make = read.sources(), from](const slice_id& slice) { return make(slice); }};
}

std::string look_at_connector(const settings& s) {
  const auto from = load_connector(s);
  std::string lacking;
  std::size_t runs = 0;
  for (const chosen_stream& stream : checked_streams(s, *from)) {
    std::string problem = stream.problem;
    try {
      if (problem.empty()) {
        from->open(*stream.declared);
        ++runs;
      }
    } catch (const error& e) {
      problem = e.what();
    }
    if (!problem.empty()) {
      lacking += (lacking.empty() ? "" : "; ") + stream.name + ": " + problem;
    }
  }
  if (!lacking.empty()) {
    throw error(errc::config, std::to_string(runs) + " streams run; " + lacking);
  }
  return s.from.path.string() + ": " + std::to_string(runs) + " streams run";
}

}  // namespace

connector_setup set_up_connector(const settings& s, std::optional<std::int64_t> present_ms) {
  rest::manifest m = load_manifest(s);
  loaded_settings loaded = load_connection(s, m);
  return {std::move(m), std::move(loaded.config), std::move(loaded.secrets), options_of(s, present_ms)};
}

std::unique_ptr<rest::connector> load_connector(const settings& s, std::optional<std::int64_t> present_ms) {
  connector_setup made = set_up_connector(s, present_ms);
  return std::make_unique<rest::connector>(std::move(made.source), std::move(made.config), std::move(made.options));
}

std::string file_name_of(const std::string& stream) {
  std::string name = stream;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '-'; }, '_');
  return shortened(name, stream, 40);
}

std::vector<chosen_stream> checked_streams(const settings& s, const rest::connector& from) {
  const rest::manifest_verdict verdict = check_manifest(from.source());
  if (const std::string problem = text_of(verdict.findings); !problem.empty()) {
    throw error(errc::config, from.source().name + " cannot be run here: " + problem);
  }
  std::map<std::string, rest::declared_stream> declared;
  for (const rest::declared_stream& stream : from.streams()) {
    declared.emplace(stream.name, stream);
  }
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto* const names : {&s.streams, &s.exclude}) {
    for (const std::string& name : *names) {
      const bool known = std::any_of(verdict.streams.begin(), verdict.streams.end(),
                                     [&](const rest::stream_verdict& v) { return v.name == name; });
      if (!known) {
        from.find(name);  // which says what there is
      }
    }
  }
  std::vector<chosen_stream> all;
  for (const rest::stream_verdict& stream : verdict.streams) {
    if ((!s.streams.empty() && !has(s.streams, stream.name)) || has(s.exclude, stream.name)) {
      continue;
    }
    const auto found = declared.find(stream.name);
    chosen_stream chosen{stream.name, std::nullopt, text_of(stream.findings)};
    if (found != declared.end()) {
      chosen.declared = found->second;
    } else if (chosen.problem.empty()) {
      chosen.problem = "its streams are made by a template, which does not run here";
    }
    all.push_back(std::move(chosen));
  }
  std::vector<std::string> names;
  for (const chosen_stream& stream : all) {
    names.push_back(stream.name);
  }
  require_tables_apart(names);
  return all;
}

void require_tables_apart(const std::vector<std::string>& streams) {
  std::map<std::string, std::string> tables;
  for (const std::string& stream : streams) {
    const auto [other, is_first] = tables.emplace(table_name_of(stream), stream);
    if (!is_first) {
      throw error(errc::config, "the streams \"" + other->second + "\" and \"" + stream + "\" would both be table " +
                                    other->first + ": read them one at a time, with STREAM and TABLE");
    }
  }
}

std::string table_name_of(const std::string& stream) {
  std::string name;
  for (const char c : stream) {
    const auto byte = static_cast<unsigned char>(c);
    name += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '_';
  }
  return name.size() <= longest_name ? name : shortened(name, stream, longest_name);
}

settings stream_settings(const settings& s, const rest::declared_stream& stream, bool alone) {
  settings own = s;
  own.stream = stream.name;
  own.stream_schema = stream.schema;
  own.token_file = s.data_dir / token_file_name;
  own.data_dir = s.data_dir / file_name_of(stream.name);
  own.pipeline = shortened(s.pipeline + "." + file_name_of(stream.name), s.pipeline + "." + stream.name, longest_name);
  if (!s.report.empty() && !alone) {
    own.report.replace_extension("." + file_name_of(stream.name) + s.report.extension().string());
  }
  if (!alone || !s.origins.contains("TABLE")) {
    own.table = (s.target_schema.empty() ? "" : s.target_schema + ".") + table_name_of(stream.name);
  }
  if (!s.origins.contains("TABLES")) {
    own.tables = table_kind::typed;
  }
  if (!s.origins.contains("KEY") && !s.origins.contains("ID_POINTER")) {
    own.key.clear();
    for (const auto& path : stream.primary_key) {
      if (path.size() != 1 && own.tables == table_kind::typed && to_of(s).keyed) {
        throw error(errc::config,
                    "stream " + stream.name +
                        " has a primary key inside of a field, which cannot be a typed table's: set KEY to "
                        "fields of its records, or KEY=none");
      }
      own.key.push_back(path.front());
    }
    own.has_key = !own.key.empty();
    if (own.has_key && own.tables == table_kind::json && to_of(s).keyed) {
      if (stream.primary_key.size() != 1) {
        throw error(errc::config, "stream " + stream.name +
                                      " has a primary key of several fields, and a table of (id, data) an id: leave "
                                      "TABLES=typed, or set ID_POINTER");
      }
      own.key.clear();
      own.id_pointer.clear();
      for (const std::string& member : stream.primary_key.front()) {
        own.id_pointer += json_pointer::text_to_member(member);
      }
    }
  }
  if (own.has_key && !own.key.empty()) {
    own.id_pointer = json_pointer::text_to_member(own.key.front());
  }
  if (!s.origins.contains("WRITE")) {
    // One that a key was taken from cannot merge any more.
    const bool said = !stream.write.empty() && (own.has_key || stream.write == "replace");
    own.write = said ? disposition_named(stream.write) : own.has_key ? disposition::merge : disposition::replace;
  }
  own.incremental = reads_new(s, own, stream);
  return own;
}

const from_kind from_connector = {
    .plan = plan_of_connector,
    .sources = nullptr,
    .probe =
        [](const settings& s) {
          return check{"connector", [&s] { return look_at_connector(s); }};
        },
    .supplied = sources_of,
    .keyed = true,
};

}  // namespace ingest::app
