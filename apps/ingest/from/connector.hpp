#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "rest/connectors/connector.hpp"
#include "settings/settings.hpp"

/// FROM=connector:FILE: an API by a manifest of Airbyte's low-code connectors.
namespace ingest::app {

/// In the directory of a connector: what its streams share of tokens.
inline constexpr const char* token_file_name = "oauth_tokens.json";

/// What a connector is made of.
struct connector_setup {
  rest::manifest source;
  rest::value config;                ///< the settings of its connection, checked and complete
  std::vector<std::string> secrets;  ///< among them
  rest::connector_options options;
  std::string plan;  ///< what the plan of a run tells of them
};

/// Registers the secrets with the log. Throws as load_connector() does.
connector_setup set_up_connector(const settings& s, std::optional<std::int64_t> present_ms = {});

/// Of a manifest that was read already.
connector_setup set_up_connector(const settings& s, rest::manifest source, std::optional<std::int64_t> present_ms);

/// How connectors are read, as far as the settings say it.
rest::connector_options connector_options_of(const settings& s, const std::optional<std::int64_t>& present_ms = {});

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
  errc failure = errc::config;  ///< what kind of problem it is
};

/// All that STREAM and EXCLUDE choose, by their names or those of the templates that make them, in the order of the
/// manifest, also what does not run here: by the table of components. Asks the API for streams that templates make of
/// its answers, where these may be chosen; a template for which that fails is there in place of its streams, with the
/// problem. Throws errc::config for a name that nothing has, where what does not run concerns all streams, and where
/// two streams would get one table; errc::cancelled once `stop` is requested.
std::vector<chosen_stream> checked_streams(const settings& s, rest::connector& from, const std::stop_token& stop);

/// The same without asking: templates that would need answers of the API are there in place of their streams, with that
/// problem.
std::vector<chosen_stream> checked_streams_unasked(const settings& s, const rest::connector& from);

/// Eight digits that tell texts apart.
std::string checksum_of(std::string_view text);

/// An absolute path without "." and "..". Links stay what they are: where one leads may change with each release of
/// what is behind it. Empty for none.
std::string absolute_text(const std::filesystem::path& path);

/// The texts of all findings that hinder.
std::string text_of(const std::vector<rest::finding>& findings);

/// What files of a stream are called: the same for the same name, within 40 characters.
std::string file_name_of(const std::string& stream);

/// The settings of a run that reads one stream of the connector: a pipeline, a directory and a typed table of its own,
/// called as the stream, with its primary key, and WRITE=auto, as far as nothing else is set. `alone`: no other stream
/// is read, so TABLE is its table. Throws errc::config for a key that cannot be the table's.
settings stream_settings(const settings& s, const rest::declared_stream& stream, bool alone);

/// What tells in a run's plan what a template has made the stream of; "" for one that the manifest has.
std::string made_of(const rest::declared_stream& stream);

/// Lower case, "_" for what is no letter and no digit: what tables are called that PostgreSQL names without quotes.
std::string table_name_of(const std::string& stream);

/// Throws errc::config where two streams would get one table.
void require_tables_apart(const std::vector<std::string>& streams);

}  // namespace ingest::app
