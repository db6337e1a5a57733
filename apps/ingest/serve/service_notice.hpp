#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace ingest::app {

/// What a service tells systemd about itself (sd_notify(3)), where that has started it with Type=notify; elsewhere all
/// of it does nothing. A notice that does not arrive changes nothing either.
class service_notice {
 public:
  service_notice();

  void ready(const std::string& status);  ///< all is read, and HTTP listens
  void reloading();                       ///< until ready()
  void stopping(const std::string& status);

  /// By the loop, each time it comes round: what is told of it, if that has changed, and that it does not hang, as
  /// often as WatchdogSec= wants.
  void alive(const std::string& status);

  /// How long the loop may wait before it is to say so again; none: for ever.
  std::optional<std::chrono::milliseconds> longest_wait() const;

 private:
  void tell(const std::string& what, const std::string& status);

  std::optional<std::chrono::milliseconds> half_;  ///< of the time after which systemd takes the service to hang
  std::chrono::steady_clock::time_point said_so_{};
  std::string status_;
};

}  // namespace ingest::app
