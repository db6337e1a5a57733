#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include "ingest/metrics.hpp"
#include "progress_meter.hpp"

namespace ingest::app {

/// Shows how a run goes on, from a thread of its own: on a terminal a status line below the log, rewritten five times a
/// second; elsewhere a log line `progress` at each interval. Ends promptly with this object, and takes the line away.
class progress_display {
 public:
  struct options {
    bool terminal = false;  ///< stderr is one
    std::chrono::milliseconds interval = std::chrono::seconds(5);
    progress_meter::goal goal = progress_meter::goal::loaded;
    std::uint64_t rows_before = 0;  ///< see progress_meter
  };

  progress_display(std::shared_ptr<const metrics> m, options o);
  ~progress_display();
  progress_display(const progress_display&) = delete;
  progress_display& operator=(const progress_display&) = delete;

 private:
  void show(std::stop_token stop);
  void log_progress(std::stop_token stop);

  std::shared_ptr<const metrics> metrics_;
  options options_;
  progress_meter meter_;
  std::jthread thread_;
};

}  // namespace ingest::app
