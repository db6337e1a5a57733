#pragma once

#include <ostream>

#include "settings/settings.hpp"

namespace ingest::app {

enum class discovery_form { text, ddl, json };

/// Writes to `out` what the streams of the connector that FROM names would become: tables with columns and their types,
/// keys, dispositions. Where the file has no schema of a stream, some of its first records are asked for. Returns the
/// exit code of the first stream of which that cannot be told; the others are told nevertheless.
int discover_connector(const settings& s, discovery_form form, std::ostream& out);

}  // namespace ingest::app
