#include "from/process_streams.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/crc32c.hpp"
#include "core/replaced_file.hpp"
#include "from/connector.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "processes/command_words.hpp"
#include "processes/discovery.hpp"
#include "settings/setting_text.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

using processes::catalog_stream;
using processes::protocol;

protocol protocol_of(const settings& s) {
  return s.from.what == source_choice::kind::singer ? protocol::singer : protocol::airbyte;
}

std::string contents_of(const std::filesystem::path& path, const char* setting) {
  if (auto text = detail::contents_of(path)) {
    return *std::move(text);
  }
  throw error(errc::config, std::string(setting) + " " + path.string() + " cannot be read: " + std::strerror(errno));
}

/// Named by the checksum of what it stands for: once that is changed, it does not count any more.
std::filesystem::path renewed_config_path(const settings& s) {
  const auto folder = s.token_file.empty() ? s.data_dir : s.token_file.parent_path();
  return folder /
         ("connector_config." + std::to_string(crc32c(contents_of(s.connector_config, "CONNECTOR_CONFIG"))) + ".json");
}

std::filesystem::path config_of(const settings& s) {
  if (s.connector_config.empty()) {
    return {};
  }
  const auto renewed = renewed_config_path(s);
  std::error_code ignored;
  return std::filesystem::exists(renewed, ignored) ? renewed : s.connector_config;
}

std::string catalog_text(const settings& s, std::stop_token stop) {
  return s.catalog.empty() ? processes::discover_catalog(process_command(s), process_limits(s), std::move(stop))
                           : contents_of(s.catalog, "CATALOG");
}

bool is_named(const std::vector<std::string>& names, const catalog_stream& stream) {
  return std::any_of(names.begin(), names.end(), [&stream](const std::string& name) {
    const auto& of_messages = stream.message_names;
    return name == stream.full_name() || std::find(of_messages.begin(), of_messages.end(), name) != of_messages.end();
  });
}

void check_names(const settings& s, const std::vector<catalog_stream>& all) {
  for (const auto* const names : {&s.streams, &s.exclude}) {
    for (const std::string& name : *names) {
      if (std::none_of(all.begin(), all.end(), [&](const catalog_stream& c) { return is_named({name}, c); })) {
        std::string there;
        for (const catalog_stream& c : all) {
          there += (there.empty() ? "" : ", ") + c.full_name();
        }
        throw error(errc::config, "there is no stream \"" + name + "\"; the catalog has " +
                                      (there.size() > 1000 ? there.substr(0, 1000) + " …" : there));
      }
    }
  }
}

/// Files of settings that the command names itself, as `--config FILE`: the process may quote them.
void register_secrets_named_in(const std::vector<std::string>& words) {
  constexpr std::uintmax_t most_bytes = 256 << 10;
  constexpr std::string_view with_equals = "--config=";
  for (std::size_t i = 1; i < words.size(); ++i) {
    const bool is_next = words[i - 1] == "--config" || words[i - 1] == "-c";
    if (!is_next && !words[i].starts_with(with_equals)) {
      continue;
    }
    const std::filesystem::path path = is_next ? words[i] : words[i].substr(with_equals.size());
    std::error_code none;
    if (std::filesystem::is_regular_file(path, none) && std::filesystem::file_size(path, none) <= most_bytes) {
      processes::register_secrets(detail::contents_of(path).value_or(""));
    }
  }
}

/// What each disposition takes for granted.
void check_write(const settings& own, const std::string& name) {
  const bool needs_key = own.write == disposition::merge || own.write == disposition::skip;
  if (needs_key && !own.has_key && to_of(own).keyed) {
    throw error(errc::config, "stream " + name +
                                  " has no key, and WRITE=merge and skip tell by it what is there: name "
                                  "it with KEY, or set WRITE=replace");
  }
  if (own.write == disposition::append && !own.incremental && to_of(own).durable) {
    throw error(errc::config,
                "WRITE is append, and stream " + name +
                    " is read as a whole each time, so that all would be there twice: choose merge or replace, or a "
                    "CATALOG in which it is incremental, and not INCREMENTAL=false");
  }
}

}  // namespace

processes::source_command process_command(const settings& s) {
  processes::source_command command;
  command.speaks = protocol_of(s);
  try {
    command.words = processes::command_words(s.from.command);
  } catch (const error& e) {
    throw error(errc::config, std::string("FROM: ") + e.what());
  }
  register_secrets_named_in(command.words);
  command.config = config_of(s);
  if (!command.config.empty()) {
    processes::register_secrets(contents_of(command.config, "CONNECTOR_CONFIG"));
  }
  return command;
}

processes::process_options process_limits(const settings& s) {
  processes::process_options limits;
  limits.silence = s.silence_timeout;
  return limits;
}

std::vector<catalog_stream> chosen_process_streams(const settings& s, std::stop_token stop) {
  std::vector<catalog_stream> all = processes::read_catalog(protocol_of(s), catalog_text(s, std::move(stop)));
  check_names(s, all);
  const bool some_are_selected =
      std::any_of(all.begin(), all.end(), [](const catalog_stream& c) { return c.is_selected; });
  std::erase_if(all, [&](const catalog_stream& c) {
    const bool is_asked_for = s.streams.empty() ? c.is_selected || !some_are_selected : is_named(s.streams, c);
    return !is_asked_for || is_named(s.exclude, c);
  });
  if (all.empty()) {
    throw error(errc::config, "no stream of the process is left to be read: STREAM and EXCLUDE leave all of them out");
  }
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const catalog_stream& stream : all) {
    names.push_back(name_among(all, stream));
  }
  require_tables_apart(names);
  return all;
}

std::string name_among(const std::vector<catalog_stream>& all, const catalog_stream& stream) {
  const auto alike =
      std::count_if(all.begin(), all.end(), [&](const catalog_stream& c) { return c.name == stream.name; });
  return alike > 1 ? stream.full_name() : stream.name;
}

settings process_stream_settings(const settings& s, const catalog_stream& stream, const std::string& name, bool alone) {
  rest::declared_stream declared;
  declared.name = name;
  declared.primary_key = stream.key;
  declared.schema = stream.schema;
  settings own = stream_settings(s, declared, alone);
  if (!s.origins.contains("WRITE") || s.asked_write == write_choice::automatic) {
    own.write = own.has_key ? disposition::merge : stream.is_incremental ? disposition::append : disposition::replace;
  }
  const bool is_singer = protocol_of(s) == protocol::singer;
  const bool incremental = stream.is_incremental && own.write != disposition::replace;
  own.of_process.name = stream.name;
  own.of_process.space = stream.space;
  own.of_process.message_names = stream.message_names;
  // A tap is always handed its state: where it reads all anew all the same, records meet their keys.
  own.of_process.states_count =
      is_singer ? stream.is_incremental || (own.has_key && own.write == disposition::merge) : incremental;
  const bool may = s.incremental || !s.origins.contains("INCREMENTAL");
  own.incremental = may && own.of_process.states_count && own.write != disposition::replace && to_of(s).durable;
  own.of_process.catalog = catalog_selecting(protocol_of(s), stream, incremental, s.catalog.empty());
  if (!s.origins.contains("KEY") && !s.origins.contains("ID_POINTER") && own.has_key) {
    own.of_process.key = own.key;
  }
  check_write(own, name);
  return own;
}

std::vector<settings> settings_of_process_streams(const settings& s, std::stop_token stop) {
  const auto streams = chosen_process_streams(s, std::move(stop));
  std::vector<settings> all;
  all.reserve(streams.size());
  for (const auto& stream : streams) {
    all.push_back(process_stream_settings(s, stream, name_among(streams, stream), streams.size() == 1));
  }
  return all;
}

std::filesystem::path process_directory(const settings& own) {
  return own.data_dir / "process";
}

void keep_renewed_config(const settings& own, std::string_view config) {
  processes::register_secrets(config);
  if (own.connector_config.empty() || !to_of(own).durable) {
    log::warning(
        events::process_settings_renewed,
        "the source has renewed the settings of its connection, and there is nowhere to keep them: the next run "
        "may be refused",
        {{"stream", own.stream}});
    return;
  }
  const auto path = renewed_config_path(own);
  detail::replace_file(posix_file_system(), path, config);
  log::info(events::process_settings_renewed,
            "the source has renewed the settings of its connection, which are kept in DATA_DIR and used until "
            "CONNECTOR_CONFIG is changed",
            {{"file", path.string()}});
}

}  // namespace ingest::app
