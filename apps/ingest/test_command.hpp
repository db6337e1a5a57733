#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace ingest::app {

struct test_order {
  std::filesystem::path directory;  ///< of the recording
  std::filesystem::path manifest;   ///< empty: where it was recorded
  std::vector<std::string> faults;  ///< each STREAM:N=FAULT, beside those of faults.yaml in the directory
  bool update = false;              ///< records and positions that come out are what is expected from now on
};

/// Reads the recorded streams, or those of them that STREAM names, from the recording, and compares requests, records
/// and positions. A line a stream to `out`, with what was compared or what differs. Returns 0 where all are the same,
/// else 65. Asks for nothing but files.
int test_command(const settings& s, const test_order& order, std::ostream& out);

}  // namespace ingest::app
