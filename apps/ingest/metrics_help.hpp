#pragma once

#include <string>

namespace ingest::app {

/// All metrics as Markdown: what docs/metrics.md consists of.
std::string metrics_markdown();

}  // namespace ingest::app
