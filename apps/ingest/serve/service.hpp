#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/descriptor.hpp"
#include "serve/hosted_pipeline.hpp"
#include "serve/pipelines_folder.hpp"
#include "serve/question_queue.hpp"
#include "serve/service_notice.hpp"
#include "serve/service_status.hpp"

namespace ingest::app {

struct service_options {
  std::filesystem::path folder;            ///< of pipelines
  std::filesystem::path state;             ///< what outlives the service: a directory for each pipeline
  std::string program;                     ///< ingest itself
  std::uint64_t most_syncs = 0;            ///< that run at a time; 0: any number
  std::uint64_t most_connections = 0;      ///< to databases, of all that run; 0: any number
  std::uint64_t most_memory = 0;           ///< in bytes, of all that run; 0: any amount
  std::chrono::seconds stop_patience{30};  ///< before a sync that is asked to end is killed
  rest::setting_origins origins = rest::setting_origins::of_process();
};

/// Many pipelines, each with its schedule, each sync a process of its own. One thread runs all of it and never waits
/// for anything but events: signals, what processes tell, the clock, and what others ask it.
///
/// SIGTERM and SIGINT end it: all syncs are asked to end, and killed after a while; a second one kills them at once.
/// SIGHUP has it read the folder anew: pipelines whose file has changed end their sync in order and go on as the new
/// file says; those whose file has gone end; a file that cannot be used changes nothing.
class service {
 public:
  /// Blocks the signals above, so it is made before any other thread. Throws errc::config where the folder cannot be
  /// read, and errc::locked where another service has the state.
  explicit service(service_options options);
  ~service();
  service(const service&) = delete;
  service& operator=(const service&) = delete;

  /// Until a signal ends it: 0. HTTP listens already, if it is to: systemd is told that the service is ready.
  int run();

  /// Has `what` done by the thread of run(), and waits for that. False where it is not done within the time: the
  /// service hangs, or has ended. Thread-safe.
  bool ask(std::function<void()> what, std::chrono::milliseconds patience) {
    return questions_.ask(std::move(what), patience);
  }

  // Only by ask(), or in the thread of run().

  service_status status() const;
  void reload();

  enum class verb { start, stop, pause, resume };
  struct order_answer {
    std::string problem;  ///< why not; empty: it is done
    std::string unsaved;  ///< why a service that starts anew would know nothing of it; empty: it would
  };
  /// Nothing where there is no such pipeline.
  std::optional<order_answer> order(const std::string& pipeline, verb what);

 private:
  void watch_once();
  void wait_and_take(int timeout_ms);
  void take_signals();
  bool begin_due_sync();
  std::string hindrance_of(const hosted_pipeline& p) const;
  void reap_syncs();
  std::set<pid_t> running_processes() const;
  void apply(pipelines_folder found);
  std::string carry_out(hosted_pipeline& p, verb what);
  int quiet_ms(bool more_to_begin) const;
  void begin_stopping(bool at_once);
  std::string in_a_line() const;

  service_options options_;
  detail::descriptor lock_;
  detail::descriptor signals_;
  question_queue questions_;
  service_notice notice_;
  service_place place_;
  std::map<std::string, std::unique_ptr<hosted_pipeline>> pipelines_;
  std::map<std::string, std::string> refused_;
  std::string folder_problem_;
  std::deque<std::string> waiting_;  ///< pipelines whose sync is due and finds no room, the first one first
  wall_time began_{};
  bool child_has_ended_ = false;  ///< since the children were looked through
  bool is_stopping_ = false;
  bool has_ended_ = false;
};

}  // namespace ingest::app
