#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ingest::detail {

/// What a variable of OpenTelemetry says that has pairs: name=value, separated by commas, with percent-encoded bytes.
struct otel_pairs {
  std::vector<std::pair<std::string, std::string>> pairs;
  bool whole = true;  ///< false: it has what is no such pair, which is left out
};

otel_pairs pairs_in(std::string_view text);

}  // namespace ingest::detail
