#pragma once

#include <filesystem>

#include "rest/document/node.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

/// Throws errc::config for what a run of a connector would refuse before it asks its API: a manifest that is not there
/// or makes no sense, settings of the connection that are wrong or missing, streams that it does not have.
/// `connection`: these settings, expanded; null: they are in s.connector_config. Paths are taken from `folder`.
void check_connector(settings s, const rest::node* connection, const std::filesystem::path& folder);

}  // namespace ingest::app
