#pragma once

#include <span>
#include <string>
#include <string_view>

#include "commands/command_definition.hpp"

namespace ingest::app {

/// Of all commands that take settings.
std::span<const own_option> common_options();

/// What each exit code says.
std::string_view exit_code_help();

/// What `ingest --help` and `ingest COMMAND --help` print.
std::string program_help();
std::string command_help(const command_definition& c);

}  // namespace ingest::app
