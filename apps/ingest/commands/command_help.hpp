#pragma once

#include <string>

#include "commands/command_definition.hpp"

namespace ingest::app {

/// What `ingest --help` and `ingest COMMAND --help` print.
std::string program_help();
std::string command_help(const command_definition& c);

}  // namespace ingest::app
