#pragma once

#include <optional>
#include <ostream>

#include "commands/command_definition.hpp"

namespace ingest::app {

/// Reads a command line. Returns nothing where only help was asked for, which was written to `out`. Throws errc::usage
/// with one line for anything that makes no sense. Values of settings are not looked at; load_settings() does that.
std::optional<invocation> parse_command_line(int argc, const char* const* argv, std::ostream& out);

}  // namespace ingest::app
