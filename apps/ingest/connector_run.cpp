#include "connector_run.hpp"

#include "from/connector.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/redaction.hpp"
#include "run_command.hpp"

namespace ingest::app {

namespace {

constexpr int first_signal = 129;  // exit codes from here on are 128 + a signal

struct stream_end {
  std::string name;
  int exit_code;
};

int run_stream(const settings& s, const chosen_stream& stream, bool alone, command c, bool fresh) {
  try {
    if (!stream.problem.empty()) {
      throw error(errc::config, "stream " + stream.name + " cannot be read here: " + stream.problem);
    }
    return run_command(stream_settings(s, *stream.declared, alone), c, fresh);
  } catch (...) {
    const error e = current_error();
    log::error(events::run_aborted, log::redact(e.what()), {{"stream", stream.name}, {"exit_code", e.exit_code()}});
    return e.exit_code();
  }
}

std::string text_of(const std::vector<stream_end>& failed) {
  std::string all;
  for (const stream_end& end : failed) {
    all += (all.empty() ? "" : ", ") + end.name + " (" + std::to_string(end.exit_code) + ")";
  }
  return all;
}

/// What would lose or double records without anybody noticing.
void check_together(const settings& s, command c, std::size_t streams) {
  if (c != command::run) {
    throw error(errc::config, "how many slices a connector's stream has is known when all are read: use ingest run");
  }
  if (s.write == disposition::append && s.origins.contains("WRITE")) {
    throw error(errc::config,
                "WRITE is append, and each run of a connector reads everything again: choose merge, or replace");
  }
  if (streams > 1 && s.to.what == target_choice::kind::file) {
    throw error(errc::config, "TO is one file, and " + std::to_string(streams) +
                                  " streams would replace it one after the other: name one with STREAM");
  }
  if (streams > 1 && s.origins.contains("TABLE")) {
    throw error(errc::config,
                "TABLE is one table, and " + std::to_string(streams) +
                    " streams are read, each into one of its own: name one with STREAM, or leave TABLE out");
  }
}

}  // namespace

int run_connector(const settings& s, command c, bool fresh) {
  const auto streams = checked_streams(s, *load_connector(s));
  if (streams.empty()) {
    throw error(errc::config, "no stream of " + s.from.path.string() + " is left to be read");
  }
  check_together(s, c, streams.size());
  std::vector<stream_end> failed;
  std::size_t complete = 0;
  for (const chosen_stream& stream : streams) {
    const int exit_code = run_stream(s, stream, streams.size() == 1, c, fresh);
    if (exit_code == 0) {
      ++complete;
    } else {
      failed.push_back({stream.name, exit_code});
    }
    if (exit_code >= first_signal) {
      return exit_code;
    }
  }
  if (streams.size() > 1) {
    const std::string counts =
        std::to_string(complete) + " of " + std::to_string(streams.size()) + " streams are complete";
    if (failed.empty()) {
      log::info(events::streams_complete, counts, {{"streams", streams.size()}});
    } else {
      log::error(events::streams_failed, counts + "; not these: " + text_of(failed),
                 {{"streams", streams.size()}, {"complete", complete}, {"exit_code", failed.front().exit_code}});
    }
  }
  return failed.empty() ? 0 : failed.front().exit_code;
}

}  // namespace ingest::app
