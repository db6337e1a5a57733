#include "processes/discovery.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "processes/airbyte_messages.hpp"
#include "processes/catalog_json.hpp"

namespace ingest::processes {

namespace {

constexpr std::size_t most_catalog_bytes = 256ull << 20;
constexpr int most_levels = 64;

/// The catalog in a line of an Airbyte source; empty where it is none.
std::string catalog_in(std::string_view line) {
  try {
    detail::json_scanner in(line);
    const auto whole = in.value();
    const bool is_one =
        whole.what == detail::json_value::kind::object && text_of(member_of(whole.raw, "type")) == "CATALOG";
    return is_one ? std::string(member_of(whole.raw, "catalog").raw) : "";
  } catch (const detail::json_fault&) {
    return "";
  }
}

bool names_secret(std::string_view setting) {
  const std::string name = lower(setting);
  static constexpr std::array words{"secret",      "token",   "password",   "passwd",     "passphrase", "apikey",
                                    "private_key", "api_key", "credential", "access_key", "auth_header"};
  return std::any_of(words.begin(), words.end(), [&name](const char* word) { return name.find(word) != name.npos; });
}

/// Not any number in whose name a token is spoken of: `max_tokens` is none.
bool is_secret_number(const json_member& m) {
  constexpr std::size_t shortest = 6;
  static constexpr std::array ends{"secret", "token", "password", "passwd", "key", "pin"};
  return m.value.what == detail::json_value::kind::number && m.value.raw.size() >= shortest &&
         std::any_of(ends.begin(), ends.end(), [&m](const char* end) { return m.name.ends_with(end); });
}

void register_secrets_in(std::string_view value, int level) {
  if (level > most_levels) {
    return;
  }
  for (const json_member& m : members_of(value)) {
    if (names_secret(m.name) && m.value.what == detail::json_value::kind::string) {
      log::add_secret(text_of(m.value));
    } else if (is_secret_number(m)) {
      log::add_secret(m.value.raw);
    }
    register_secrets_in(m.value.raw, level + 1);
  }
  for (const detail::json_value& element : elements_of(value)) {
    register_secrets_in(element.raw, level + 1);
  }
}

}  // namespace

std::string discover_catalog(const source_command& command, process_options limits, std::stop_token stop) {
  limits.words = command.discover();
  limits.name = command.name();
  process source(limits, stop);
  airbyte_messages messages(limits.name, "", "", "");
  std::string catalog;
  std::string_view line;
  for (;;) {
    const auto how = source.next(line, std::chrono::seconds(1));
    if (how == process::reading::end) {
      break;
    }
    if (how == process::reading::pause) {
      continue;
    }
    if (command.speaks == protocol::singer) {
      catalog.append(line).push_back('\n');  // written over many lines by some
    } else if (std::string found = catalog_in(line); !found.empty()) {
      catalog = std::move(found);
    } else {
      messages.read(line);
    }
    if (catalog.size() > most_catalog_bytes) {
      throw error(errc::bad_data,
                  limits.name + " has written a catalog of more than " + std::to_string(most_catalog_bytes) + " bytes");
    }
  }
  if (catalog.find_first_not_of(" \n\r\t") == catalog.npos) {
    throw error(errc::bad_data, limits.name + " was asked for its catalog and has written none" + source.last_words());
  }
  return catalog;
}

void register_secrets(std::string_view config) {
  try {
    register_secrets_in(config, 0);
  } catch (const detail::json_fault&) {
    // The process will say that it cannot read it.
  }
}

}  // namespace ingest::processes
