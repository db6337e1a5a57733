#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

#include "ingest/error.hpp"

namespace ingest {

/// Waits for `duration` or until `stop` is requested, whichever comes first. Returns false if it was stopped.
bool wait_for(std::chrono::milliseconds duration, std::stop_token stop);

/// Throws an error with errc::cancelled if `stop` is requested.
void throw_if_stopped(const std::stop_token& stop);

/// The time as code that waits sees it. Tests put their own here, so that a retry after an hour takes no hour.
struct timing {
  using clock = std::chrono::steady_clock;

  /// What waits and deadlines are measured by: whoever sets the host's clock changes none of them.
  std::function<clock::time_point()> now = [] { return clock::now(); };

  /// Returns false if it was stopped before the end.
  std::function<bool(std::chrono::milliseconds, std::stop_token)> wait = wait_for;

  /// The time of day, to compare with times that others have written.
  std::function<std::chrono::system_clock::time_point()> wall = [] { return std::chrono::system_clock::now(); };
};

/// A file descriptor that becomes readable when a stop is requested, for poll() beside a socket.
class stop_event {
 public:
  /// Throws errc::io if the process has no descriptor left.
  explicit stop_event(std::stop_token stop);
  stop_event(const stop_event&) = delete;
  stop_event& operator=(const stop_event&) = delete;

  int fd() const { return descriptor_.fd; }

 private:
  struct descriptor {
    int fd;
    ~descriptor();
  };
  struct signaller {
    int fd;
    void operator()() const noexcept;
  };
  descriptor descriptor_;  // declared before callback_, so that it is closed only when no callback can run any more
  std::stop_callback<signaller> callback_;
};

}  // namespace ingest
