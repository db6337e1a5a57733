#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rest/connectors/connector.hpp"
#include "settings/settings.hpp"

/// FROM=connector:FILE: an API by a manifest of Airbyte's low-code connectors.
namespace ingest::app {

/// What a connector is made of.
struct connector_setup {
  rest::manifest source;
  rest::value config;                ///< the settings of its connection, checked and complete
  std::vector<std::string> secrets;  ///< among them
  rest::connector_options options;
};

/// Registers the secrets with the log. Throws as load_connector() does.
connector_setup set_up_connector(const settings& s, std::optional<std::int64_t> present_ms = {});

/// The connector that the settings name, with the settings of its connection. Secrets among these are registered with
/// the log. Throws errc::config, with the line, for a manifest that makes no sense, and for wrong or missing settings
/// of the connection.
/// `present_ms`: what its cursors take for the present, in milliseconds since 1970; none: now.
std::unique_ptr<rest::connector> load_connector(const settings& s, std::optional<std::int64_t> present_ms = {});

/// A stream that was asked for, and why it cannot be read; empty: it can.
struct chosen_stream {
  std::string name;
  std::optional<rest::declared_stream> declared;
  std::string problem;
};

/// All that STREAM and EXCLUDE choose, in the order of the manifest, also what does not run here: by the table of
/// components. Throws errc::config for a name that nothing has, where what does not run concerns all streams, and where
/// two streams would get one table.
std::vector<chosen_stream> checked_streams(const settings& s, const rest::connector& from);

/// What files of a stream are called: the same for the same name, within 40 characters.
std::string file_name_of(const std::string& stream);

/// The settings of a run that reads one stream of the connector: a pipeline, a directory and a typed table of its own,
/// called as the stream, with its primary key, and WRITE=auto, as far as nothing else is set. `alone`: no other stream
/// is read, so TABLE is its table. Throws errc::config for a key that cannot be the table's.
settings stream_settings(const settings& s, const rest::declared_stream& stream, bool alone);

/// Lower case, "_" for what is no letter and no digit: what tables are called that PostgreSQL names without quotes.
std::string table_name_of(const std::string& stream);

/// Throws errc::config where two streams would get one table.
void require_tables_apart(const std::vector<std::string>& streams);

}  // namespace ingest::app
