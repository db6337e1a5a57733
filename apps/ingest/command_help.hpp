#pragma once

#include <span>
#include <string>
#include <string_view>

#include "settings/setting_definition.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

struct command_description {
  ingest::command command;
  std::string_view name;
  std::string_view help;
  bool to_stdout = false;  ///< it is `command` with TO=stdout
};

/// The commands, in the order in which people meet them.
std::span<const command_description> command_descriptions();

/// A flag of a command that is no setting, or a word that stands behind the command.
struct option_description {
  command_set commands;
  std::string_view name;   ///< --into; of a word, what it stands for
  std::string_view value;  ///< what stands behind the flag; empty: nothing
  std::string_view help;

  bool is_of_most() const {
    return (commands & set_of(command::status)) != 0 && (commands & set_of(command::run)) != 0;
  }
};

/// Those of all commands, each command's in the order in which its help has them.
std::span<const option_description> option_descriptions();

/// Whether it has settings, and what all commands have that do.
bool takes_settings(command c);

/// What may stand behind the command beside flags: "[FILE]"; empty: nothing.
std::string words_of(const command_description& c);

/// What each exit code says.
std::string_view exit_code_help();

/// What `ingest --help` and `ingest COMMAND --help` print.
std::string program_help();
std::string command_help(const command_description& c);

}  // namespace ingest::app
