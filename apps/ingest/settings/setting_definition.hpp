#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "settings/settings.hpp"

namespace ingest {

enum class setting_type {
  text,
  name,          ///< letters, digits, "_", "." and "-"; at most 63
  secret,        ///< never shown; has no flag, because a command line is readable by every user of the machine
  connection,    ///< of PostgreSQL: URL or key=value pairs; its password is never shown and is refused in a flag
  url,           ///< http or https
  url_path,      ///< begins with a slash
  json_pointer,  ///< RFC 6901
  integer,
  size,      ///< in bytes; suffixes KiB, MiB, GiB, TiB
  duration,  ///< in milliseconds; suffixes ms, s, min, h
  boolean,   ///< true or false; also yes, no, on, off, 1, 0
  choice,
  path,
  time,          ///< Unix time in milliseconds, or ISO 8601
  headers,       ///< "Name: value", several separated by newlines or "|"
  fields,        ///< of records: names, separated by commas
  source,        ///< where records come from
  target,        ///< where records go
  otel,          ///< a standard variable of OpenTelemetry, which is never refused: it may be there for other programs
  otel_headers,  ///< likewise: name=value, …; the values are secret
};

/// A set of commands.
using command_set = unsigned;
constexpr command_set set_of(command c) {
  return 1u << static_cast<unsigned>(c);
}

/// A setting: all that parsing, checking, defaults, --help and the documentation need to know of it. There is one table
/// of these, and nothing else in the program repeats what it says.
struct setting_definition {
  using member_type = std::variant<
      std::string settings::*, std::uint64_t settings::*, std::chrono::milliseconds settings::*, bool settings::*,
      std::filesystem::path settings::*, std::vector<std::string> settings::*, std::optional<std::int64_t> settings::*,
      std::optional<std::uint64_t> settings::*, http_endpoint settings::*, log_format_choice settings::*,
      log::level settings::*, source_choice settings::*, target_choice settings::*, table_kind settings::*,
      schema_policy settings::*, write_choice settings::*, nul_policy settings::*, number_columns settings::*,
      text_values settings::*, ingest::epoch_unit settings::*, worker_choice settings::*, texts_by_name settings::*>;

  std::string_view section;
  std::string_view name;  ///< as environment variable: BATCH_SIZE
  setting_type type = setting_type::text;
  member_type member = static_cast<std::string settings::*>(nullptr);
  std::string_view default_text = {};  ///< empty: none
  std::string_view word = {};          ///< stands for "no number" where the member is optional: "unlimited"
  std::string_view unit = {};
  std::uint64_t least = 0;                     ///< of integers, sizes and durations
  std::uint64_t greatest = 0;                  ///< of integers, sizes and durations
  std::vector<std::string_view> choices = {};  ///< in the order of the enumerators of the member's type
  std::string_view help = {};
  command_set commands = 0;             ///< that use it
  command_set required_for = 0;         ///< that cannot do without
  std::string_view required_with = {};  ///< "FROM=api" or "TO=postgres": required with that only; empty: always
  std::string_view own_flag = {};       ///< where the flag is not simply made from the name

  /// Of OpenTelemetry, by its standard name.
  bool is_standard() const { return type == setting_type::otel || type == setting_type::otel_headers; }

  /// --batch-size, or nothing for a setting without flag.
  std::string flag() const;

  /// The key in a config file: batch_size.
  std::string key() const;

  /// What is allowed, for people: "1 … 5000", "auto, stream or standard".
  std::string allowed() const;

  bool used_by(command c) const { return (commands & set_of(c)) != 0; }
};

/// The table, grouped by section.
std::span<const setting_definition> setting_definitions();

/// The setting called `name`, or null.
const setting_definition* find_setting(std::string_view name);

/// Sets the member of `s` from a text. Throws errc::config with a message that says what is allowed, but names neither
/// setting nor value: the caller knows where both came from.
void assign_setting(settings& s, const setting_definition& d, std::string_view text);

}  // namespace ingest
