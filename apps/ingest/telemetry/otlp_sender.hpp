#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "telemetry/telemetry_options.hpp"

namespace ingest::app {

/// Sends one signal to a collector, from a thread of its own: nobody waits for it but whoever calls finish(). What
/// cannot be delivered now is tried again with what there is by then, so that nothing piles up here. The log is told of
/// it at most every five minutes.
class otlp_sender {
 public:
  struct signal {
    std::string name;            ///< "metrics", for the log
    std::string rejected_field;  ///< how many of it a collector has not taken: "rejectedDataPoints"

    std::function<std::string()> body;      ///< what is to be sent now; empty: nothing. Called by the thread
    std::function<void()> settled = [] {};  ///< what body() gave last is not to be sent again
    std::optional<std::chrono::milliseconds> every = {};  ///< besides when it is woken
  };

  otlp_sender(signal s, otlp_target to);
  ~otlp_sender();
  otlp_sender(const otlp_sender&) = delete;
  otlp_sender& operator=(const otlp_sender&) = delete;

  /// There is something to send.
  void wake();

  /// Sends what there is, and ends. begin_finish() does not wait; finish() waits until that is done, until the target's
  /// timeout has passed since begin_finish(), or until `stop` is requested.
  void begin_finish();
  void finish(const std::stop_token& stop);

 private:
  using clock = std::chrono::steady_clock;

  void run();
  void deliver(http_client& client);
  bool pause(std::chrono::milliseconds wait, std::uint64_t tries);
  void cut();
  void take_answer(const http_result& answer);
  void tell_problem(const std::string& what);

  signal signal_;
  otlp_target to_;
  std::string place_;  ///< scheme and host of the URL, without what may be secret
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool is_woken_ = false;
  bool is_finishing_ = false;
  bool has_ended_ = false;
  clock::time_point last_moment_;  ///< once it is finishing
  // Of the thread alone
  std::uint64_t failures_ = 0;                ///< since the last delivery
  std::optional<clock::time_point> told_;     ///< that something has failed
  std::optional<clock::time_point> refused_;  ///< likewise, of what was not taken
  std::stop_source cut_;
  std::thread thread_;
};

}  // namespace ingest::app
