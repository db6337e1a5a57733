#pragma once

#include <filesystem>
#include <ostream>

namespace ingest::app {

/// Checks the manifest of a connector without its settings and its API, and writes to `out` what there is to say of it,
/// for people or as JSON. Returns 0 where all of it runs here, else the exit code of errc::config. Throws what reading
/// it throws.
int validate_manifest(const std::filesystem::path& file, bool json, std::ostream& out);

}  // namespace ingest::app
