#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "ingest/error.hpp"
#include "settings/settings.hpp"

/// Sources of many streams: each is a run of its own.
namespace ingest::app {

struct stream_run {
  std::string name;
  std::string problem;  ///< why it cannot be read; empty: it can

  /// The settings of its run, or the exit code of a signal that has come meanwhile. `alone`: no other stream is read.
  std::function<std::variant<settings, int>(bool alone)> settings_of;

  /// After a run that was complete, with its settings. None: nothing.
  std::function<void(const settings&)> when_complete = nullptr;

  errc failure = errc::config;  ///< what kind of problem it is
};

/// Throws errc::config for what would lose or double records of several streams without anybody noticing.
void check_streams_together(const settings& s, command c, const std::vector<stream_run>& streams);

/// A run of each stream, one after the other. What becomes of one hinders no other, but a signal ends all. Returns 0
/// where all are complete; else the exit code of the first that is not.
/// `told`: of what is said by OpenTelemetry; may be null.
int run_streams(const std::vector<stream_run>& streams, command c, bool fresh, const std::shared_ptr<telemetry>& told);

}  // namespace ingest::app
