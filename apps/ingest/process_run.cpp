#include "process_run.hpp"

#include <atomic>
#include <optional>

#include "from/process_streams.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "processes/interval_spool.hpp"
#include "signals.hpp"
#include "stream_runs.hpp"

namespace ingest::app {

namespace {

/// What is read, of a process that may be asked for its catalog. Nothing on a signal, whose number goes to `signal`.
std::optional<std::vector<processes::catalog_stream>> streams_unless_stopped(const settings& s, int& signal) {
  std::atomic<int> received{0};
  std::stop_source interrupted;
  const signal_watcher watcher([&](int number) {
    received = number;
    interrupted.request_stop();
  });
  try {
    return chosen_process_streams(s, interrupted.get_token());
  } catch (const error& e) {
    if (e.code() != errc::cancelled || received == 0) {
      throw;
    }
    signal = received;
    return std::nullopt;
  }
}

}  // namespace

int run_process(const settings& s, command c, bool fresh) {
  int signal = 0;
  const auto streams = streams_unless_stopped(s, signal);
  if (!streams) {
    log::info(events::run_interrupted, "stopped by a signal, before anything was read", {{"signal", signal}});
    return 128 + signal;
  }
  std::vector<stream_run> runs;
  for (const processes::catalog_stream& stream : *streams) {
    runs.push_back({name_among(*streams, stream), "",
                    [&s, &streams, stream](bool alone) {
                      return process_stream_settings(s, stream, name_among(*streams, stream), alone);
                    },
                    [](const settings& own) {
                      processes::interval_spool::remove_all(posix_file_system(), process_directory(own));
                    }});
  }
  check_streams_together(s, c, runs);
  return run_streams(runs, c, fresh, s.telemetry);
}

}  // namespace ingest::app
