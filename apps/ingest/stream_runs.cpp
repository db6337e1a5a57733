#include "stream_runs.hpp"

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/redaction.hpp"
#include "run_command.hpp"
#include "telemetry/telemetry.hpp"

namespace ingest::app {

namespace {

constexpr int first_signal = 129;  // exit codes from here on are 128 + a signal

struct stream_end {
  std::string name;
  int exit_code;
};

int run_stream(const stream_run& stream, bool alone, command c, bool fresh, telemetry* told) {
  try {
    if (!stream.problem.empty()) {
      throw error(stream.failure, "stream " + stream.name + " cannot be read here: " + stream.problem);
    }
    const auto own = stream.settings_of(alone);
    if (const int* const signal = std::get_if<int>(&own)) {
      return *signal;
    }
    const int exit_code = run_command(std::get<settings>(own), c, fresh);
    if (exit_code == 0 && stream.when_complete) {
      stream.when_complete(std::get<settings>(own));
    }
    return exit_code;
  } catch (...) {
    const error e = current_error();
    log::error(events::run_aborted, log::redact(e.what()), {{"stream", stream.name}, {"exit_code", e.exit_code()}});
    if (told != nullptr) {
      told->add_failure(stream.name, e.exit_code(), e.what());
    }
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

void log_all(std::size_t streams, std::size_t complete, const std::vector<stream_end>& failed) {
  const std::string counts = std::to_string(complete) + " of " + std::to_string(streams) + " streams are complete";
  if (failed.empty()) {
    log::info(events::streams_complete, counts, {{"streams", streams}});
  } else {
    log::error(events::streams_failed, counts + "; not these: " + text_of(failed),
               {{"streams", streams}, {"complete", complete}, {"exit_code", failed.front().exit_code}});
  }
}

}  // namespace

void check_streams_together(const settings& s, command c, const std::vector<stream_run>& streams) {
  if (c != command::run) {
    throw error(errc::config, "whether a stream was read to its end is known when all are loaded: use ingest run");
  }
  if (streams.size() > 1 && s.to.what == target_choice::kind::file) {
    throw error(errc::config, "TO is one file, and " + std::to_string(streams.size()) +
                                  " streams would replace it one after the other: name one with STREAM");
  }
  if (streams.size() > 1 && s.origins.contains("TABLE")) {
    throw error(errc::config,
                "TABLE is one table, and " + std::to_string(streams.size()) +
                    " streams are read, each into one of its own: name one with STREAM, or leave TABLE out");
  }
}

int run_streams(const std::vector<stream_run>& streams, command c, bool fresh, const std::shared_ptr<telemetry>& told) {
  std::vector<stream_end> failed;
  std::size_t complete = 0;
  for (const stream_run& stream : streams) {
    const int exit_code = run_stream(stream, streams.size() == 1, c, fresh, told.get());
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
    log_all(streams.size(), complete, failed);
  }
  return failed.empty() ? 0 : failed.front().exit_code;
}

}  // namespace ingest::app
