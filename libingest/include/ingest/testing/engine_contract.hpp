#pragma once

#include <vector>

#include "ingest/testing/engine_failure_cases.hpp"
#include "ingest/testing/engine_flow_cases.hpp"
#include "ingest/testing/engine_stop_cases.hpp"

namespace ingest::testing {

/// All that is asked of an engine: of ingest_stream(), and of whatever wants to stand in for it.
inline std::vector<contract_case<engine>> engine_cases() {
  auto cases = engine_flow_cases();
  for (auto& c : engine_failure_cases()) {
    cases.push_back(c);
  }
  for (auto& c : engine_stop_cases()) {
    cases.push_back(c);
  }
  return cases;
}

}  // namespace ingest::testing
