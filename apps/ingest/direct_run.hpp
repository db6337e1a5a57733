#pragma once

#include <memory>
#include <stop_token>

#include "ingest/ingest_stream.hpp"
#include "ingest/metrics.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

/// From the source straight to a file or to standard output: without DATA_DIR, so nothing is resumed. A file appears
/// when it is complete. Blocks until then, or until it fails or `stop` is requested. Throws what cannot be begun.
stream_result run_directly(const settings& s, const std::shared_ptr<metrics>& counters, const std::stop_token& stop);

}  // namespace ingest::app
