#include "run_command.hpp"

#include <atomic>

#include "announced_total.hpp"
#include "direct_run.hpp"
#include "durable_job.hpp"
#include "from/from.hpp"
#include "log/event_names.hpp"
#include "log/log_output.hpp"
#include "report.hpp"
#include "run_directories.hpp"
#include "run_plan.hpp"
#include "settings/weakened_settings.hpp"
#include "signals.hpp"
#include "telemetry/telemetry.hpp"
#include "to/postgres.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

bool is_direct(const settings& s, command c) {
  return c == command::run && !to_of(s).durable;
}

/// Nothing is durable here, so the counters tell; of several slices they do not know whether each number is of a
/// window.
void compare_total_of_direct_run(const settings& s, const metrics& counters, run_report& report) {
  const bool of_api = from_of(s).divisible && s.slices == 1 && !s.limit && reads_everything(plan_of(s));
  if (!of_api || report.status != run_status::complete) {
    return;
  }
  const std::uint64_t total = counters.total_expected;
  const auto announced =
      total > 0 ? std::optional(announced_total{total, counters.rows_fetched}) : std::optional<announced_total>();
  report.complete_but_short = announced && announced->is_short();
  check_total(announced, s.strict_total, false);
}

}  // namespace

void check_fresh(const settings& s, bool fresh, bool yes) {
  if (fresh && !to_of(s).durable) {
    throw error(errc::usage, "--fresh forgets the run in DATA_DIR; with TO other than postgres there is none");
  }
  std::error_code ignored;
  if (!fresh || yes || !std::filesystem::is_directory(s.data_dir, ignored)) {
    return;
  }
  if (holds_run(s.data_dir)) {
    throw error(errc::usage, "--fresh would delete the run in " + s.data_dir.string() +
                                 "; look at it with ingest status, then add --yes");
  }
}

int run_command(const settings& s, command c, bool fresh) {
  std::atomic<int> signal{0};
  std::stop_source interrupted;
  const signal_watcher watcher([&](int number) {
    signal = number;
    interrupted.request_stop();  // first, whatever becomes of the line
    log::info(events::signal_received, "stopping in order; a second signal leaves at once", {{"signal", number}});
  });
  const auto counters = std::make_shared<metrics>();
  run_report report;
  report.command = name_of(c);
  report.pipeline = s.pipeline;
  report.resumable = !is_direct(s, c);
  report.target = c == command::fetch ? "the buffer in " + s.data_dir.string() + ", to be loaded by ingest load"
                                      : to_of(s).place(s);
  report.started_at = timestamp_now();
  if (s.telemetry) {
    s.telemetry->begin_run(s.pipeline, counters);
  }
  std::optional<durable_job> job;
  try {
    if (is_direct(s, c)) {
      warn_of(s, c);
      take_result(report, run_directly(s, counters, interrupted.get_token()));
      compare_total_of_direct_run(s, *counters, report);
    } else {
      job.emplace(s, c, counters, report);
      job->execute(fresh, interrupted.get_token());
    }
  } catch (...) {
    const error e = current_error();
    const bool stopped = e.code() == errc::cancelled && signal != 0;
    report.status = stopped ? run_status::interrupted : run_status::aborted;
    report.exit_code = e.exit_code();
    report.error = stopped ? "" : log::redact(e.what());
  }
  if (report.status == run_status::interrupted) {
    report.exit_code = 128 + signal;
  }
  if (job && report.exit_code != 0 && report.exit_code != exit_code_of(errc::locked)) {  // that process tells its own
    job->remember_failure();
  }
  job.reset();  // with its connections and files
  report.ended_at = timestamp_now();
  measure(report, *counters);
  if (!s.report.empty()) {
    try {
      write_report(report, s.report);
    } catch (const error& e) {
      log::error(events::run_aborted, e.what());
      report.exit_code = report.exit_code == 0 ? e.exit_code() : report.exit_code;
    }
  }
  if (logs_as_text(s)) {
    log::print(summary(report));
  }
  log_end(report);
  if (s.telemetry) {
    s.telemetry->end_run(report);
  }
  return report.exit_code;
}

}  // namespace ingest::app
