#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "processes/source_catalog.hpp"

namespace ingest::processes {

/// Of an AirbyteCatalog or a ConfiguredAirbyteCatalog, `{"streams":[…]}`. Throws detail::json_fault.
std::vector<catalog_stream> read_airbyte_catalog(std::string_view text);

/// A ConfiguredAirbyteCatalog.
std::string airbyte_catalog_selecting(const catalog_stream& stream, bool incremental);

}  // namespace ingest::processes
