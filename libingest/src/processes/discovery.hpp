#pragma once

#include <stop_token>
#include <string>

#include "processes/process.hpp"
#include "processes/source_command.hpp"

namespace ingest::processes {

/// Asks the process for its catalog: all that a Singer tap writes, or an Airbyte source's CATALOG message. Blocks.
/// Throws what process::next() throws, and errc::bad_data where it writes no catalog.
std::string discover_catalog(const source_command& command, process_options limits, std::stop_token stop);

/// Registers the secrets in the settings of a connection with the log: the texts of members whose names say so, such as
/// "password" and "refresh_token", however deep. A text that is no JSON has none.
void register_secrets(std::string_view config);

}  // namespace ingest::processes
