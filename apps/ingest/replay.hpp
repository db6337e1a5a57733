#pragma once

#include <string>
#include <vector>

#include "recording_folder.hpp"
#include "rest/document/manifest.hpp"
#include "rest/recordings/exchange_faults.hpp"

namespace ingest::app {

/// What came of a stream that was read from its recording.
struct replayed_stream {
  std::size_t exchanges = 0;
  rest::stream_transcript found = {};
  std::vector<std::string> problems = {};     ///< of requests, or why it could not be read
  std::vector<std::string> differences = {};  ///< in records and positions

  /// Never where nothing was compared.
  bool is_as_recorded() const { return problems.empty() && differences.empty() && exchanges > 0; }
};

/// Reads a stream by the manifest, with what was recorded in place of the API, and no network, secret or clock.
replayed_stream replay(const recording& r, const recorded_stream& stream, const rest::manifest& source,
                       const rest::exchange_faults& faults);

}  // namespace ingest::app
