#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ingest::app {

/// Warns of each run below `data_dir` that has not ended and is of none of these streams: an API that named its stream
/// once, and does not any more, would leave a table with a part of it, and nobody would be told.
void tell_of_unended_runs(const std::filesystem::path& data_dir, const std::vector<std::string>& streams);

}  // namespace ingest::app
