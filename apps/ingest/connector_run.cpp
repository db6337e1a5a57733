#include "connector_run.hpp"

#include "from/connector.hpp"
#include "stream_runs.hpp"

namespace ingest::app {

int run_connector(const settings& s, command c, bool fresh) {
  std::vector<stream_run> runs;
  for (const chosen_stream& stream : checked_streams(s, *load_connector(s))) {
    runs.push_back({stream.name, stream.problem,
                    [&s, stream](bool alone) { return stream_settings(s, *stream.declared, alone); }});
  }
  if (runs.empty()) {
    throw error(errc::config, "no stream of " + s.from.path.string() + " is left to be read");
  }
  check_streams_together(s, c, runs);
  if (s.write == disposition::append && s.origins.contains("WRITE")) {
    throw error(errc::config,
                "WRITE is append, and each run of a connector reads everything again: choose merge, or replace");
  }
  return run_streams(runs, c, fresh);
}

}  // namespace ingest::app
