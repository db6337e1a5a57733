#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.hpp"

/// What `ingest` can be told to do. A command is a file in this folder and a line in the table in commands.cpp.
namespace ingest::app {

/// A flag or word of a command, beside the flags of the settings that it takes.
struct own_option {
  std::string_view name;        ///< "--json"; a word has none but that by which the help calls it: "FILE"
  std::string_view value = {};  ///< what follows a flag, for the help: "DIR"; empty: nothing does
  std::string_view help = {};
  bool repeats = false;  ///< each counts; otherwise the last one

  bool is_word() const { return !name.starts_with("-"); }
};

/// The word of commands that take a connector.
inline constexpr own_option connector_file = {
    .name = "FILE", .help = "The manifest of a connector: the same as --from connector:FILE."};

struct command_definition;

/// What the command line asks for.
struct invocation {
  const command_definition* command = nullptr;
  setting_sources sources = {};
  std::map<std::string_view, std::vector<std::string>> given = {};  ///< by the name of the option

  bool has(std::string_view option) const { return given.contains(option); }

  /// What was given, or nothing.
  std::string text(std::string_view option) const;
  std::optional<std::string> optional_text(std::string_view option) const;
  std::vector<std::string> texts(std::string_view option) const;

  /// Throws errc::usage where that is no number.
  std::uint64_t number(std::string_view option, std::uint64_t otherwise) const;
};

struct command_definition {
  ingest::command command;  ///< whose settings it takes
  std::string_view name;
  std::string_view help;        ///< one line
  std::string_view words = {};  ///< behind its name, as the help shows them: "[FILE]"
  std::span<const own_option> options = {};
  bool takes_connector = false;  ///< a word `connector_file` is such
  bool to_stdout = false;        ///< it has TO=stdout
  bool takes_settings = true;

  /// Returns the exit code. What is to be told goes to `out`. Throws errc::usage where the options make no sense
  /// together, and what keeps it from beginning.
  int (*execute)(const invocation& asked, std::ostream& out) = nullptr;
};

/// The settings of a command, or of the one whose settings it takes. The log is as they say from here on.
settings settings_of(const invocation& asked);
settings settings_of(const invocation& asked, command as);

/// The commands, in the order in which people meet them.
std::span<const command_definition* const> commands();

// The lines of the table.
extern const command_definition command_run;
extern const command_definition command_read;
extern const command_definition command_serve;
extern const command_definition command_reload;
extern const command_definition command_top;
extern const command_definition command_schema;
extern const command_definition command_fetch;
extern const command_definition command_load;
extern const command_definition command_status;
extern const command_definition command_state;
extern const command_definition command_buffer;
extern const command_definition command_rejects;
extern const command_definition command_verify;
extern const command_definition command_backfill;
extern const command_definition command_validate;
extern const command_definition command_doctor;
extern const command_definition command_init;
extern const command_definition command_record;
extern const command_definition command_test;
extern const command_definition command_discover;
extern const command_definition command_completions;
extern const command_definition command_version;

}  // namespace ingest::app
