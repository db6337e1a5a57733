#pragma once

#include <functional>
#include <thread>

namespace ingest::app {

/// Turns SIGINT and SIGTERM into a call: the first calls `on_first(signal)` in a thread of its own, a second one leaves
/// the process at once with 128 + signal, without destructors: what is durable stays so, nothing else is saved. Also
/// ignores SIGPIPE and SIGXFSZ, so that what they tell of is an error of the write.
///
/// To be made before any other thread, because it blocks the two signals and threads inherit that. They stay blocked
/// after its end: a signal that comes too late to stop anything changes nothing any more. At most one at a time; what
/// one has heard is told to those that are made later, for its work may have been done by then.
class signal_watcher {
 public:
  /// `on_first` must not block. Throws errc::io if the process has no descriptor left.
  explicit signal_watcher(std::function<void(int)> on_first);
  ~signal_watcher();
  signal_watcher(const signal_watcher&) = delete;
  signal_watcher& operator=(const signal_watcher&) = delete;

 private:
  void watch(std::stop_token stop);

  std::function<void(int)> on_first_;
  int fd_;
  std::jthread thread_;
};

}  // namespace ingest::app
