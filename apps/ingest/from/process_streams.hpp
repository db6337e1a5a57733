#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "processes/process.hpp"
#include "processes/source_catalog.hpp"
#include "processes/source_command.hpp"
#include "settings/settings.hpp"

/// FROM=singer:COMMAND and FROM=airbyte:COMMAND: which streams the process has, and how each is read.
namespace ingest::app {

/// The command that FROM names, with the settings of the connection: those that the source has renewed, if it has.
/// Registers secrets among them with the log. Throws errc::config for a command that is none.
processes::source_command process_command(const settings& s);

/// What it may do for how long, as the settings say.
processes::process_options process_limits(const settings& s);

/// The streams that STREAM and EXCLUDE choose, in the order of the catalog: of CATALOG, or of what the process says.
/// With neither, those that CATALOG selects, or all. Throws errc::config for a name that nothing has, where none is
/// left, and where two streams would get one table.
std::vector<processes::catalog_stream> chosen_process_streams(const settings& s, std::stop_token stop);

/// What people call a stream: by its namespace as well where two have one name.
std::string name_among(const std::vector<processes::catalog_stream>& all, const processes::catalog_stream& stream);

/// The settings of a run that reads one stream: a pipeline, a directory and a typed table of its own, called as the
/// stream. With its key, unless KEY says another, it is merged; without one appended, if the process can go on from a
/// state, and otherwise replaced; its `incremental` says whether it begins with the state of the run before. Throws
/// errc::config for what would lose or double records.
settings process_stream_settings(const settings& s, const processes::catalog_stream& stream, const std::string& name,
                                 bool alone);

/// Those of all streams that are chosen. Starts the process, unless CATALOG says which there are.
std::vector<settings> settings_of_process_streams(const settings& s, std::stop_token stop);

/// Where such a run has its catalog, its state and what is held back.
std::filesystem::path process_directory(const settings& own);

/// Called with the settings of the connection when an Airbyte source has renewed them; they are kept beside DATA_DIR's
/// streams, and used until CONNECTOR_CONFIG is changed.
void keep_renewed_config(const settings& own, std::string_view config);

}  // namespace ingest::app
