#pragma once

#include <cstdint>
#include <filesystem>
#include <ostream>

#include "settings/settings.hpp"

namespace ingest::app {

struct record_order {
  std::filesystem::path into;
  std::uint64_t limit = 0;  ///< pages of a stream; 0: all
};

/// Reads the streams that are chosen, and writes what went out and came back, without secrets, and what was read. Each
/// stream is replayed before it is written: one that does not come out the same is left out, and said. A line a stream
/// to `out`. Returns 0, or the exit code of the first stream that is not in the recording; where that is all, nothing
/// is written.
int record_command(const settings& s, const record_order& order, std::ostream& out);

}  // namespace ingest::app
