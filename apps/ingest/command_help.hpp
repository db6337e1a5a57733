#pragma once

#include <span>
#include <string>
#include <string_view>

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

/// What `ingest --help` and `ingest COMMAND --help` print.
std::string program_help();
std::string command_help(const command_description& c);

}  // namespace ingest::app
