#include "serve/pipeline_file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "core/ascii.hpp"
#include "core/crc32c.hpp"
#include "core/nearest_name.hpp"
#include "core/trimmed.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "rest/requests/url.hpp"
#include "serve/connector_check.hpp"
#include "serve/duration_text.hpp"
#include "settings/setting_definition.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

using rest::node;

/// Of memory, for a sync of whose share its file says nothing: four times what a run takes with the defaults, room for
/// sixteen slices at a time; docs/performance.md has the figures.
constexpr std::uint64_t default_share = 256ULL << 20;

constexpr std::string_view hook_keys[] = {"on_complete", "on_failure", "on_recovery"};

std::string place_of(const std::filesystem::path& path, const node& at) {
  return path.string() + (at.line() > 0 ? " line " + std::to_string(at.line()) : "");
}

std::string scalar_text(const std::filesystem::path& path, const std::string& name, const node& n) {
  if (n.is_dict() || n.is_list()) {
    throw error(errc::config, place_of(path, n) + ": " + name + " must not be " + std::string(n.kind_name()));
  }
  const auto& scalar = n.scalar();
  return scalar.kind() == rest::value::kind::boolean ? (scalar.boolean() ? "true" : "false") : scalar.to_text();
}

/// A list's elements are lines, as in a config file.
std::string setting_text(const std::filesystem::path& path, const setting_definition& d, const node& n) {
  const std::string name(d.name);
  if (!n.is_list()) {
    return scalar_text(path, name, n);
  }
  const std::string between = d.type == setting_type::fields ? "," : "\n";
  std::string all;
  for (const node& item : n.items()) {
    all += (all.empty() ? "" : between) + scalar_text(path, name, item);
  }
  return all;
}

/// The setting of a key, in whatever case it is written; null where there is none.
const setting_definition* setting_of(std::string_view key) {
  const std::string small = lower(key);
  const auto all = setting_definitions();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const setting_definition& d) { return d.key() == small; });
  return found == all.end() ? nullptr : &*found;
}

class pipeline_reader {
 public:
  pipeline_reader(const std::filesystem::path& path, const std::filesystem::path& state, std::uint64_t most_memory,
                  node root)
      : path_(path), state_(state), most_memory_(most_memory), root_(std::move(root)) {}

  void read_into(pipeline_file& p) {
    check_keys();
    p.zone = text("timezone", "UTC");
    p.rules.when = at("schedule", [&] { return schedule(text("schedule", "@manual"), p.zone); });
    p.rules.spread = spread_of(p.name, duration("jitter", std::chrono::seconds(0)));
    p.timeout = duration("timeout", std::chrono::seconds(0));
    p.memory = memory();
    p.rules.retry_wait = duration("retry_wait", p.rules.retry_wait);
    p.rules.retries = at("retries", [&] { return number("retries", p.rules.retries); });
    p.rules.overlap = at("overlap", [&] { return overlap(); });
    if (p.rules.retry_wait.count() == 0) {
      refuse("retry_wait", "must be at least 1s");
    }
    p.hooks.on_complete = hook("on_complete");
    p.hooks.on_failure = hook("on_failure");
    p.hooks.on_recovery = hook("on_recovery");
    p.hooks.timeout = duration("hook_timeout", std::chrono::minutes(10));
    if (p.hooks.timeout.count() == 0) {
      refuse("hook_timeout", "must be at least 1s");
    }
    take_settings(p);
    p.hooks.ca_file = p.checked.tls_ca_file.string();
  }

 private:
  const node* find(std::string_view key) const { return root_.find(key); }

  std::string text(const std::string& key, const std::string& otherwise) const {
    const node* const n = find(key);
    return n == nullptr || n->is_none() ? otherwise : scalar_text(path_, key, *n);
  }

  [[noreturn]] void refuse(std::string_view key, const std::string& what) const {
    const node* const n = find(key);
    throw error(errc::config,
                (n == nullptr ? path_.string() : place_of(path_, *n)) + ": " + std::string(key) + ": " + what);
  }

  /// Errors get file, line and key.
  template <class F>
  auto at(std::string_view key, F make) const -> decltype(make()) {
    try {
      return make();
    } catch (const error& e) {
      refuse(key, e.what());
    }
  }

  std::chrono::seconds duration(const std::string& key, std::chrono::seconds otherwise) const {
    const std::string given = text(key, "");
    if (given.empty()) {
      return otherwise;
    }
    const auto parsed = parse_seconds(given);
    return parsed ? *parsed : (refuse(key, "must be a time such as 30s, 15min, 2h or 1d"), otherwise);
  }

  std::uint64_t memory() const {
    const std::string given = text("memory", "");
    if (given.empty()) {
      return std::min(default_share, most_memory_);
    }
    constexpr std::uint64_t mib = 1ULL << 20;
    const auto share = detail::parse_size(given);
    if (!share || *share < mib) {
      refuse("memory", "must be a size such as 512MiB or 2GiB, of 1MiB at least");
    }
    if (most_memory_ > 0 && *share > most_memory_) {
      refuse("memory",
             "is more than all syncs may take, which MAX_MEMORY says: " + std::to_string(most_memory_ / mib) + "MiB");
    }
    return *share;
  }

  /// A command, or the URL of a webhook; what that has behind its host is a secret.
  std::string hook(const std::string& key) const {
    const node* const n = find(key);
    if (n != nullptr && !n->is_none() && (n->is_dict() || n->is_list() || !n->scalar().is_text())) {
      refuse(key, "must be a text: a command, or the URL of a webhook");
    }
    const std::string written = text(key, "");
    std::string given(detail::trimmed(written));
    const std::string small = lower(given);
    if (!small.starts_with("http://") && !small.starts_with("https://")) {
      const std::size_t scheme = small.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+.-");
      constexpr std::size_t longest_command = 100'000;
      if (small.starts_with("//") || (scheme != 0 && scheme != std::string::npos && small.substr(scheme, 2) == ":/")) {
        refuse(key, "must be a command, or the URL of a webhook that begins with https:// or http://");
      }
      if (given.size() > longest_command || given.find('\0') != std::string::npos) {
        refuse(key, "must be a command of at most 100000 bytes, without NUL: put it into a file, and name that");
      }
      return given;
    }
    const rest::url where = at(key, [&] { return rest::parse_url(given, "the webhook"); });
    constexpr std::size_t shortest_secret = 12;
    for (const std::string& secret : {where.user_info, where.path.substr(1), where.query.value_or("")}) {
      if (secret.size() >= shortest_secret) {
        log::add_secret(secret);
      }
    }
    return where.text();
  }

  std::uint64_t number(const std::string& key, std::uint64_t otherwise) const {
    const std::string given = text(key, "");
    constexpr std::size_t most_digits = 4;
    if (given.empty()) {
      return otherwise;
    }
    if (given.size() > most_digits || given.find_first_not_of("0123456789") != std::string::npos) {
      throw error(errc::config, "must be a number, 0 … 9999");
    }
    return std::stoull(given);
  }

  overlap_policy overlap() const {
    const std::string given = text("overlap", "skip");
    if (given != "skip" && given != "queue") {
      throw error(errc::config, "must be skip or queue");
    }
    return given == "queue" ? overlap_policy::queue : overlap_policy::skip;
  }

  void check_keys() const {
    if (!root_.is_dict()) {
      throw error(errc::config, place_of(path_, root_) + ": a pipeline is an object: its schedule, and its settings");
    }
    std::vector<std::string> known;
    for (const pipeline_key& k : pipeline_keys()) {
      known.emplace_back(k.name);
    }
    for (const setting_definition& d : setting_definitions()) {
      if (is_of_pipelines(d)) {
        known.push_back(d.key());
      }
    }
    for (const node::member& m : root_.members()) {
      if (const setting_definition* const d = setting_of(m.name); d != nullptr && !is_of_pipelines(*d)) {
        throw error(errc::config, place_of(path_, m.content) + ": " + m.name + " is the service's, not a pipeline's");
      }
      if (std::find(known.begin(), known.end(), m.name) == known.end()) {
        const std::string small = lower(m.name);
        const bool is_known_so = std::find(known.begin(), known.end(), small) != known.end();
        const std::string nearest = is_known_so ? small : nearest_name(m.name, known);
        throw error(errc::config,
                    place_of(path_, m.content) + ": there is no setting \"" + m.name + "\"" +
                        (nearest.empty() ? "; see docs/service.md" : "; did you mean \"" + nearest + "\"?"));
      }
    }
  }

  void take_settings(pipeline_file& p) const {
    setting_sources from;
    from.given = given_settings{path_.string(), {}};
    const auto add = [&](const std::string& key, const std::string& value, int line) {
      from.given->entries.push_back({key, value, static_cast<std::size_t>(line)});
      p.variables[std::string(setting_of(key)->name)] = value;
    };
    for (const node::member& m : root_.members()) {
      if (const setting_definition* const d = setting_of(m.name); d != nullptr && !m.content.is_none()) {
        add(m.name, setting_text(path_, *d, m.content), m.content.line());
      }
    }
    if (const node* const connection = find("connection"); connection != nullptr && !connection->is_none()) {
      if (!connection->is_dict() || find("connector_config") != nullptr) {
        refuse("connection", "must be an object, the settings of a connector's connection, without connector_config");
      }
      p.connection = "{}";
      add("connector_config", (state_ / p.name / "connection.json").string(), connection->line());
    }
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>("pipeline", p.name), {"data_dir", (state_ / p.name / "data").string()}}) {
      if (find(key) == nullptr) {
        add(key, value, 0);
      }
    }
    from.environment = [&p](const std::string& name) -> std::optional<std::string> {
      const char* const value = p.variables.contains(name) ? nullptr : std::getenv(name.c_str());
      return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
    from.default_env_file = path_.parent_path() / ".env";
    try {
      p.checked = load_settings(from, command::run);
      if (p.checked.from.what == source_choice::kind::connector) {
        check_connector(p.checked, find("connection"), path_.parent_path());
      }
    } catch (const error& e) {
      const std::string what = e.what();
      const bool names_file = what.find(path_.string()) != std::string::npos;
      throw error(errc::config, (names_file ? "" : path_.string() + ": ") + what);
    }
    if (p.checked.to.what == target_choice::kind::standard_output ||
        p.checked.from.what == source_choice::kind::standard_input) {
      throw error(errc::config,
                  path_.string() + ": a service has neither standard input nor output to load from or to");
    }
    p.doubts = doubts_of(p);
  }

  std::vector<std::string> doubts_of(const pipeline_file& p) const {
    std::vector<std::string> doubts = p.checked.unused;
    if (find("timezone") != nullptr && !p.rules.when.has_zone()) {
      doubts.push_back("timezone changes nothing: it is of a line of cron, and the schedule is none");
    }
    std::error_code ignored;
    if (p.checked.from.what == source_choice::kind::file &&
        !std::filesystem::exists(path_.parent_path() / p.checked.from.path, ignored)) {
      doubts.push_back("there is no file " + p.checked.from.path.string() + " yet");
    }
    if (p.checked.from.what == source_choice::kind::api && !p.checked.incremental && !p.rules.when.is_manual() &&
        p.checked.to.what == target_choice::kind::postgres) {
      doubts.push_back(
          "a sync that is complete has nothing more to do: set incremental: true, so that each one reads what is new");
    }
    return doubts;
  }

  const std::filesystem::path& path_;
  const std::filesystem::path& state_;
  const std::uint64_t most_memory_;
  node root_;
};

std::string text_of_sync(const node& pipeline) {
  std::string text;
  for (const node::member& m : pipeline.members()) {
    const auto key = std::find_if(pipeline_keys().begin(), pipeline_keys().end(),
                                  [&](const pipeline_key& k) { return k.name == m.name; });
    if (key == pipeline_keys().end() || key->of_running) {
      text += m.name + ":" + m.content.to_json() + "\n";
    }
  }
  return text;
}

void check_name(const std::string& name, const std::filesystem::path& path) {
  if (!detail::is_name(name) || name.front() == '.') {
    throw error(errc::config, path.string() +
                                  ": the name of the file is that of its pipeline: letters, digits, \"_\", \".\" and "
                                  "\"-\", at most 63");
  }
}

}  // namespace

const std::vector<pipeline_key>& pipeline_keys() {
  static const std::vector<pipeline_key> keys = {
      {"schedule", "text", "@manual",
       "When a sync is due: `every 15min` (s, min, h, d), a line of cron, `@hourly`, `@daily`, `@weekly`, `@monthly`, "
       "`@manual`, or `continuous`"},
      {"timezone", "text", "UTC", "Of a line of cron, by its name in the IANA database"},
      {"jitter", "duration", "0s",
       "A sync begins up to so much later: by a share of it that is always the pipeline's own, so that not all begin "
       "at "
       "once"},
      {"timeout", "duration", "none", "After that a sync is stopped, and counts as failed; the next one goes on there",
       true},
      {"memory", "size", "256MiB if there is `MAX_MEMORY`, else none",
       "What a sync may take, with all that it has started: it begins when so much of `MAX_MEMORY` is free, and is "
       "stopped, and counts as failed, where it stays beyond its share",
       true},
      {"overlap", "text", "skip", "A sync that is due while one runs: `skip`, or `queue` for one behind it"},
      {"retries", "number", "3",
       "Of a sync that has failed for what time may mend, before the next moment of the schedule"},
      {"retry_wait", "duration", "1min",
       "Before the first of them; twice as long before each further one, an hour at most"},
      {"on_failure", "text", "none",
       "Who is told when more syncs in a row have failed than there are `retries`, or one that only a person can mend, "
       "and then once a day as long as that lasts: a command line for `/bin/sh`, or the URL of a webhook"},
      {"on_recovery", "text", "none", "Who is told of the first complete sync behind a failure that was told"},
      {"on_complete", "text", "none", "Who is told of each complete sync"},
      {"hook_timeout", "duration", "10min", "After that a command is killed, and a webhook given up"},
      {"connection", "object", "none",
       "Of a connector, the settings of its connection, in place of a file of them (`connector_config`)", true},
  };
  return keys;
}

bool is_of_pipelines(const setting_definition& d) {
  return d.used_by(command::run) && d.name != "LOG_FORMAT" && d.name != "LOG_LEVEL" && d.name != "REPORT" &&
         d.name != "PROGRESS_INTERVAL_MS";
}

std::chrono::seconds spread_of(std::string_view name, std::chrono::seconds jitter) {
  return std::chrono::seconds(crc32c(name) % (static_cast<std::uint64_t>(jitter.count()) + 1));
}

pipeline_file read_pipeline(std::string_view text, const std::filesystem::path& path,
                            const std::filesystem::path& state, const rest::setting_origins& origins,
                            std::uint64_t most_memory) {
  pipeline_file p{path.stem().string(), path, {}, {}, {schedule("@manual")}, {}, {}, {}, {}, {}, {}, {}, {}};
  check_name(p.name, path);
  rest::document written;
  try {
    written = rest::parse_document(text, path.string());
  } catch (const error& e) {
    // What YAML has a meaning of its own for at the beginning of a text: @daily, */15 * * * *.
    throw error(errc::config,
                std::string(e.what()) + " (a schedule that begins with @ or * stands in quotes: schedule: \"@daily\")");
  }
  constexpr std::size_t most_parts = 100'000;  // written out: aliases make a small file a large one
  if (written.root.parts() > most_parts) {
    throw error(errc::config, path.string() + ": has more than 100000 values, with its aliases written out");
  }
  if (!written.notes.empty()) {
    throw error(errc::config, path.string() + " line " + std::to_string(written.notes.front().line) + ": " +
                                  written.notes.front().text);
  }
  for (const std::string_view key : hook_keys) {
    const node* const hook = written.root.find(key);
    const std::string as_written = hook != nullptr ? hook->to_json() : "";
    if (as_written.find("${INGEST_") != std::string::npos && as_written.find("$${INGEST_") == std::string::npos) {
      throw error(errc::config, place_of(path, *hook) + ": " + std::string(key) +
                                    ": ${…} is put in when the file is read: write $INGEST_EVENT, or $${INGEST_EVENT}");
    }
    p.hooks.may_hold_secrets = p.hooks.may_hold_secrets || as_written.find("${") != std::string::npos;
  }
  // The settings of a connection are expanded here, too, so that what is missing is told now; a run does it anew.
  const node expanded = rest::expanded_settings(written, origins);
  const std::string beside = detail::contents_of(path.parent_path() / ".env").value_or("");
  p.text = expanded.to_json() + beside;
  p.text_of_sync = text_of_sync(expanded) + beside;
  pipeline_reader(path, state, most_memory, expanded).read_into(p);
  if (!p.connection.empty()) {
    p.connection = written.root.find("connection")->to_json();
  }
  return p;
}

}  // namespace ingest::app
