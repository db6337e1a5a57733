#include "from/connector.hpp"

#include <algorithm>
#include <map>

#include "from/from.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "ingest/record_encoder.hpp"
#include "ingest/version.hpp"
#include "log/redaction.hpp"
#include "rest/connectors/config_rules.hpp"
#include "rest/connectors/stream_source.hpp"
#include "rest/document/settings/setting_expansion.hpp"
#include "rest/expressions/canonical_json.hpp"
#include "run_plan.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

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
  const rest::connection_settings checked = rest::normalized_settings(m, config_of(s, m));
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
  rest::dictionary counted = without(checked.secrets, config).members();
  for (const std::string& name : rest::settings_that_tell_apart(m)) {
    const rest::value* const content = config.find(name);
    counted.set(name, rest::value::text_of(content == nullptr ? "" : checksum_of(content->to_text())));
  }
  const std::string all = rest::canonical_json(rest::value::dict_of(std::move(counted)));
  return {std::move(config), checked.secrets, checksum_of(all)};
}

rest::manifest load_manifest(const settings& s) {
  return rest::prepared_manifest(rest::read_document(s.from.path.string()));
}

std::chrono::system_clock::time_point time_of(std::int64_t ms) {
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(ms));
}

/// What is read is what manifest, settings and stream say.
std::string plan_of_connector(const settings& s) {
  return (s.connector_plan.empty() ? set_up_connector(s).plan : s.connector_plan) + " STREAM=" + s.stream +
         (s.made_of.empty() ? "" : " MADE_OF=" + s.made_of) + (s.since ? " SINCE=" + std::to_string(*s.since) : "") +
         (s.until ? " UNTIL=" + std::to_string(*s.until) : "") + " ID_POINTER=" + s.id_pointer +
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

/// As if all before SINCE were loaded, whatever is.
rest::stream_progress progress_since(const settings& s, const rest::connector_stream& stream) {
  using std::chrono::milliseconds;
  const auto watermark = stream.watermark_at(std::chrono::sys_time<milliseconds>(milliseconds(s.since.value_or(0))));
  if (!watermark) {
    throw error(errc::config, "stream " + stream.name() +
                                  " cannot be asked for a part of its time: leave it out (EXCLUDE), or read all of it");
  }
  rest::stream_progress past;
  if (s.since) {
    past.watermark = [watermark](const std::string&, const std::stop_token&) {
      return watermark;  // NOLINT(performance-no-automatic-move): it may be asked again
    };
  }
  return past;
}

supplied_sources sources_of(const settings& s, const std::string& plan, const std::shared_ptr<run_ledger>& ledger,
                            const std::set<slice_id>& begun, metrics& counters) {
  std::function<bool(const std::stop_token&)> replaces_rows;
  if (ledger && s.write == disposition::replace) {
    replaces_rows = [ledger](const std::stop_token& stop) { return ledger->replaces_rows(stop); };
  }
  const auto present = present_in(plan);
  const auto from = std::make_shared<rest::connector>(
      s.connector, present ? time_of(*present) : std::chrono::system_clock::now(), std::move(replaces_rows), counters);
  if (s.until) {
    from->bound(s.stream, time_of(*s.until));
  }
  const auto stream =
      std::make_shared<const rest::connector_stream>(from->open(s.made_stream ? *s.made_stream : from->find(s.stream)));
  std::shared_ptr<const record_encoder> encoder = std::make_shared<ndjson_encoder>();
  if (to_of(s).keyed) {
    encoder = std::make_shared<keyed_encoder>();
  }
  rest::stream_source_options o;
  o.begun = begun;
  const bool has_key = to_of(s).keyed && s.has_key;
  o.known_by_content = has_key && s.known_by_content;
  o.keys_may_be_empty = !s.stream_is_csv;
  o.records_may_repeat = has_key && !s.known_by_content;  // which another version of a record would not be known by
  if (o.records_may_repeat) {
    o.id_pointer = s.id_pointer;
  }
  if (s.since || s.until) {
    o.past = progress_since(s, *stream);
  } else if (ledger && goes_by_watermarks_of_slices(plan)) {
    o.past.watermark = [kept = std::make_shared<ledger_progress>(ledger, stream->name())](const std::string& partition,
                                                                                          const std::stop_token& stop) {
      return kept->watermark(partition, stop);
    };
  }
  const rest::stream_sources read(stream, std::move(encoder), std::move(o));
  // The connector is what its streams are made of, and lives as long as they do.
  return {[make = read.supply(), from] { return make(); },
          [make = read.sources(), from](const slice_id& slice) { return make(slice); }};
}

/// Windows end where the time was when the run began, records move from one window or page to another, and partitions
/// are those of parents that may have gone.
bool mixes_states_of_connector(const settings& s) {
  const auto& from = *s.connector;
  return !rest::connector_stream(from.open(s.made_stream ? *s.made_stream : from.find(s.stream))).is_one_job();
}

std::string look_at_connector(const settings& s) {
  const auto from = load_connector(s);
  std::string lacking;
  std::size_t runs = 0;
  for (const chosen_stream& stream : checked_streams(s, *from, {})) {
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

rest::connector_options connector_options_of(const settings& s, const std::optional<std::int64_t>& present_ms) {
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
    o.present = time_of(*present_ms);
  }
  return o;
}

connector_setup set_up_connector(const settings& s, rest::manifest source, std::optional<std::int64_t> present_ms) {
  loaded_settings loaded = load_connection(s, source);
  std::string plan = std::string(connector_key) + absolute_text(s.from.path) +
                     " MANIFEST=" + checksum_of(source.root.to_json()) + " CONFIG=" + loaded.fingerprint;
  rest::connector_options options = connector_options_of(s, present_ms);
  options.config_identity = loaded.fingerprint;
  return {std::move(source), std::move(loaded.config), std::move(loaded.secrets), std::move(options), std::move(plan)};
}

connector_setup set_up_connector(const settings& s, std::optional<std::int64_t> present_ms) {
  return set_up_connector(s, load_manifest(s), present_ms);
}

std::unique_ptr<rest::connector> load_connector(const settings& s, std::optional<std::int64_t> present_ms) {
  connector_setup made = set_up_connector(s, present_ms);
  return std::make_unique<rest::connector>(std::move(made.source), std::move(made.config), std::move(made.options));
}

const from_kind from_connector = {
    .plan = plan_of_connector,
    .sources = nullptr,
    .probe =
        [](const settings& s) {
          return check{"connector", [&s] { return look_at_connector(s); }};
        },
    .supplied = sources_of,
    .mixes_states = mixes_states_of_connector,
    .keyed = true,
};

}  // namespace ingest::app
