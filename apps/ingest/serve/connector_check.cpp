#include "serve/connector_check.hpp"

#include <memory>
#include <utility>

#include "from/connector.hpp"
#include "ingest/error.hpp"
#include "rest/connectors/made_streams.hpp"
#include "rest/document/settings/connection_settings.hpp"

namespace ingest::app {

namespace {

std::unique_ptr<rest::connector> connector_with(const settings& s, const rest::node& connection) {
  rest::manifest source = rest::prepared_manifest(rest::read_document(s.from.path.string()));
  const rest::connection_settings settled = rest::checked_settings(source, connection);
  if (!settled.usable()) {
    throw error(errc::config, "connection: " + rest::hindrances(settled.findings));
  }
  return std::make_unique<rest::connector>(std::move(source), settled.config.to_value(), connector_options_of(s));
}

}  // namespace

void check_connector(settings s, const rest::node* connection, const std::filesystem::path& folder) {
  s.from.path = folder / s.from.path;
  if (!s.connector_config.empty()) {
    s.connector_config = folder / s.connector_config;
  }
  const auto from = connection == nullptr ? load_connector(s) : connector_with(s, *connection);
  checked_streams_unasked(s, *from);
}

}  // namespace ingest::app
