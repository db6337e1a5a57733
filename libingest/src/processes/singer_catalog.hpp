#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "processes/source_catalog.hpp"

namespace ingest::processes {

/// Of `{"streams":[…]}`. Throws detail::json_fault.
std::vector<catalog_stream> read_singer_catalog(std::string_view text);

std::string singer_catalog_selecting(const catalog_stream& stream, bool with_all_fields);

}  // namespace ingest::processes
