#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ingest::app {

/// Warns of each run below `data_dir` that is of none of these streams: an API that named its stream once, and does not
/// any more, leaves a table that nobody reads for, perhaps with a part of it.
void tell_of_streams_gone(const std::filesystem::path& data_dir, const std::vector<std::string>& streams);

}  // namespace ingest::app
