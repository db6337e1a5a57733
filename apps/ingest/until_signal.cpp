#include "until_signal.hpp"

#include <atomic>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "signals.hpp"

namespace ingest::app {

int until_signal(const std::function<void(const std::stop_token& stop)>& work) {
  std::atomic<int> signal{0};
  std::stop_source stop;
  const signal_watcher watcher([&](int number) {
    signal = number;
    log::info(events::signal_received, "stopping before the run; a second signal leaves at once", {{"signal", number}});
    stop.request_stop();
  });
  try {
    work(stop.get_token());
  } catch (const error& e) {
    if (e.code() != errc::cancelled || signal == 0) {
      throw;
    }
  }
  return signal == 0 ? 0 : 128 + signal;
}

}  // namespace ingest::app
