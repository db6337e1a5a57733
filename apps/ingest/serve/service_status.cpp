#include "serve/service_status.hpp"

namespace ingest::app {

std::string_view name_of(pipeline_state s) {
  switch (s) {
    case pipeline_state::idle:
      return "idle";
    case pipeline_state::waiting:
      return "waiting";
    case pipeline_state::running:
      return "running";
    case pipeline_state::stopping:
      return "stopping";
    case pipeline_state::paused:
      return "paused";
    case pipeline_state::leaving:
      break;
  }
  return "leaving";
}

void sync_counts::add(const sync_end& end) {
  ++by_outcome[std::string(name_of(end.outcome))];
  outgrown += end.outgrew ? 1 : 0;
  seconds += end.took_s;
  ++all;
  for (std::size_t i = 0; i < duration_bounds.size(); ++i) {
    within[i] += end.took_s <= duration_bounds[i] ? 1 : 0;
  }
}

}  // namespace ingest::app
