#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "rest/connectors/connector_stream.hpp"
#include "rest/recordings/recorded_stream.hpp"

namespace ingest::rest {

struct stream_reading_plan {
  std::size_t most_pages = 0;  ///< 0: all
  /// What now_utc() and its like say all the time.
  std::chrono::system_clock::time_point present = {};
  /// Called with the slice whose requests follow; "" where slices are looked for.
  std::function<void(const std::string& slice)> enter;
};

/// Reads a stream as a run does, but one slice after the other. Throws as the slices and the retriever do.
stream_transcript read_stream(const connector_stream& stream, const stream_reading_plan& plan,
                              const std::stop_token& stop);

}  // namespace ingest::rest
