#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/metrics.hpp"

namespace ingest::app {

/// Its figures, with blanks in between.
std::string text_of(const metrics::histogram& h);

/// What text_of() has made; nothing where it is none.
std::optional<std::vector<double>> histogram_figures(std::string_view text);

}  // namespace ingest::app
