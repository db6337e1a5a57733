#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/metrics.hpp"
#include "report.hpp"
#include "settings/settings.hpp"
#include "telemetry/otlp_json.hpp"
#include "telemetry/otlp_sender.hpp"

namespace ingest::app {

/// What a process that runs a pipeline tells by OpenTelemetry: one trace, and the metrics of its runs. A span for the
/// command; within it one for each stream, where it has streams; within these one for the time in which it was fetched
/// and one for that in which it was loaded. Runs only have their figures read, by other threads; nothing waits for a
/// collector before finish(). Nothing of it is durable: what a process that is killed has not sent is not known.
class telemetry {
 public:
  /// `run`: what the runs of the pipeline are called by, where that is not its name.
  telemetry(telemetry_options o, std::string_view command, std::string pipeline, std::string run = {});
  ~telemetry();
  telemetry(const telemetry&) = delete;
  telemetry& operator=(const telemetry&) = delete;

  /// The figures of the run that begins now are told from here on. One at a time.
  void begin_run(const std::string& pipeline, std::shared_ptr<const metrics> counters);
  void end_run(const run_report& report);

  /// A stream that is not read, and why.
  void add_failure(const std::string& stream, int exit_code, const std::string& why);

  /// Sends what is left, for as long as the targets' timeouts allow, or until a signal comes. `failure`: of what has
  /// failed before a run began, or empty.
  void finish(int exit_code, const std::string& failure) noexcept;

 private:
  using clock = std::chrono::steady_clock;

  struct running {
    measured_run now;  ///< as it was when it was read last
    clock::time_point began;
    std::shared_ptr<const metrics> counters;
  };

  unix_nanoseconds moment(clock::time_point t) const;
  trace_span new_span(const std::string& name, const std::string& parent, clock::time_point start,
                      clock::time_point end) const;
  std::string stream_of(const std::string& pipeline) const;
  void add_phase(const std::string& name, const std::string& parent, std::uint64_t first_us, std::uint64_t last_us);
  void add(trace_span s);
  void read(running& r) const;
  void start_senders();
  void end_root(int exit_code, const std::string& failure);
  void send_rest(bool was_stopped);

  std::string traces_to_send();
  std::string metrics_to_send();
  void traces_are_settled();
  void metrics_are_settled();

  const telemetry_options options_;
  const std::string pipeline_;
  const std::string run_;
  const clock::time_point began_ = clock::now();
  const std::chrono::system_clock::time_point began_at_ = std::chrono::system_clock::now();

  std::mutex mutex_;
  trace_span root_;
  std::vector<std::uint64_t> all_ = std::vector<std::uint64_t>(metrics().all().size());  ///< of all ended runs together
  std::string first_failure_;
  std::optional<running> running_;
  std::deque<trace_span> spans_;    ///< to be sent
  std::deque<measured_run> ended_;  ///< likewise, each once with its last figures
  std::size_t spans_in_flight_ = 0;
  std::size_t runs_in_flight_ = 0;
  std::uint64_t spans_lost_ = 0;

  std::unique_ptr<otlp_sender> traces_;  ///< last: their threads use the others
  std::unique_ptr<otlp_sender> metrics_;
};

/// Does `work`, which returns an exit code, and tells of it what the settings ask for; sets settings::telemetry for it.
/// Returns and throws what it does, whatever becomes of the telling. `pipeline`: of which it is told, where that is not
/// what the settings call it.
int with_telemetry(settings& s, std::string_view command, const std::function<int()>& work,
                   const std::string& pipeline = {});

}  // namespace ingest::app
