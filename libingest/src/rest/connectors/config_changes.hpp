#pragma once

#include "rest/connectors/component.hpp"

namespace ingest::rest {

/// `config` as ConfigAddFields, ConfigRemoveFields or ConfigRemapField change it. What stays has its lines. Throws
/// errc::config with the component's line, and without a value, for what cannot be done.
node with_config_change(const component& change, const node& config);

}  // namespace ingest::rest
