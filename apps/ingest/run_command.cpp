#include "run_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iostream>

#include "components.hpp"
#include "ingest/data_dir.hpp"
#include "ingest/event_names.hpp"
#include "progress_display.hpp"
#include "report.hpp"
#include "run_recovery.hpp"
#include "signals.hpp"

namespace ingest::app {

namespace {

std::string_view name_of_command(command c) {
  return c == command::fetch ? "fetch" : c == command::load ? "load" : "run";
}

bool is_loopback(std::string_view url) {
  const std::string_view host = url.substr(url.find("://") + 3);
  return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

/// One run of the pipeline, from taking the lock to the result.
class pipeline_run {
 public:
  pipeline_run(const settings& s, command c, std::shared_ptr<metrics> counters, run_report& report)
      : settings_(s), command_(c), counters_(std::move(counters)), report_(report) {}

  void execute(bool fresh, std::stop_token stop);

 private:
  bool has_nothing_to_do(const resumption& from, const run_recovery& recovery) const;
  run_state describe(const resumption& from, const std::optional<run_state>& before) const;
  actors::pipeline_spec specify(const run_state& description, run_recovery& recovery, bool completes_run);
  void warn_of_weakened_settings() const;

  const settings& settings_;
  command command_;
  std::shared_ptr<metrics> counters_;
  run_report& report_;
  std::shared_ptr<postgres_target> target_;
};

void pipeline_run::execute(bool fresh, std::stop_token stop) {
  const data_dir directory(settings_.data_dir);
  warn_of_weakened_settings();
  if (command_ != command::fetch) {
    target_ = std::make_shared<postgres_target>(target_options(settings_, counters_));
  }
  run_recovery recovery(settings_, command_, target_, stop);
  if (fresh) {
    recovery.start_over();
  }
  const resumption from = recovery.find();
  report_.run_id = from.identity.run_id;
  if (has_nothing_to_do(from, recovery)) {
    log::info(events::already_complete, "this run is complete already; --fresh --yes starts over",
              {{"pipeline", settings_.pipeline}, {"rows_loaded", from.rows_loaded}});
    report_.status = run_status::complete;
    return;
  }
  if (command_ == command::load && from.is_new) {
    throw error(errc::config, "there is nothing in " + settings_.data_dir.string() +
                                  " to load: begin with ingest fetch, or set DATA_DIR to where a buffer is");
  }
  const run_state description = describe(from, recovery.state());
  // The run's identity is on disk before anything of the run is: in the ledger, or in an index.
  state_store(posix_file_system(), directory.path()).save(description);
  if (target_ && recovery.ledger_answered()) {
    target_->open_run(from.identity, from.replaces_ledger, stop);
  } else if (target_) {
    target_->expect(from.identity, from.replaces_ledger);
  }
  log::info(from.is_new ? events::run_started : events::run_resumed,
            from.is_new ? "the run begins" : "the run goes on where it stood",
            {{"command", name_of_command(command_)}, {"pipeline", settings_.pipeline}, {"run_id", from.identity.run_id},
             {"plan", from.identity.plan}, {"data_dir", settings_.data_dir.string()},
             {"rows_loaded", from.rows_loaded}});

  actors::pipeline pipeline(specify(description, recovery, command_ == command::run || from.fetched));
  const std::stop_callback forward(stop, [&pipeline] { pipeline.stop(); });
  progress_display::options shown;
  shown.terminal = ::isatty(STDERR_FILENO) == 1;
  shown.interval = settings_.progress_interval;
  shown.goal = target_ ? progress_meter::goal::loaded : progress_meter::goal::durable;
  shown.rows_before = from.rows_loaded;
  actors::pipeline_result result;
  {
    const progress_display progress(counters_, shown);
    result = pipeline.run();
  }
  report_.status = result.status;
  if (result.abort_failure) {
    log::error(events::stage_failed, std::string("while aborting: ") + result.abort_failure->what());
  }
  if (result.failure) {
    throw *result.failure;
  }
}

bool pipeline_run::has_nothing_to_do(const resumption& from, const run_recovery& recovery) const {
  // A process that was killed after its last commit has left the state behind, and perhaps segments: a run in which
  // nothing is left to read or to load sets both right.
  const bool state_says_so = recovery.state() && recovery.state()->status == run_status::complete;
  if (command_ == command::fetch) {
    return from.fetched && state_says_so;
  }
  return from.complete && state_says_so && (!recovery.buffer_has_pages() || settings_.keep_segments);
}

run_state pipeline_run::describe(const resumption& from, const std::optional<run_state>& before) const {
  run_state s = before.value_or(run_state{});
  if (!before || before->started_at.empty() || from.is_new) {
    s.started_at = timestamp_now();
  }
  s.identity = from.identity;
  s.command = name_of_command(command_);
  s.status = run_status::running;
  s.error.clear();
  s.replaces_ledger = from.replaces_ledger;
  s.updated_at = timestamp_now();
  return s;
}

actors::pipeline_spec pipeline_run::specify(const run_state& description, run_recovery& recovery, bool completes_run) {
  actors::pipeline_spec spec;
  spec.description = description;
  spec.directory = settings_.data_dir;
  spec.metrics = counters_;
  spec.recover = [&recovery] { return recovery.open_buffer(); };
  spec.slices = command_ == command::load ? std::max<std::size_t>(1, description.slices.size()) : settings_.slices;
  if (command_ != command::load) {
    spec.make_source = [api = make_http_api(source_options(settings_), *counters_)](slice_id slice) {
      return make_http_source(api, slice);
    };
  }
  if (target_) {
    spec.loaders = settings_.loaders;
    spec.make_sink = [target = target_, completes_run](std::size_t loader) {
      return make_postgres_sink(target, loader, completes_run);
    };
  }
  spec.credit_bytes = settings_.credit_bytes;
  spec.range_bytes = settings_.range_bytes;
  spec.range_delay = settings_.range_delay;
  spec.keep_segments = settings_.keep_segments;
  spec.shutdown_timeout = settings_.shutdown_timeout;
  spec.restarts.max_restarts = settings_.max_restarts;
  spec.restarts.period = settings_.restart_window;
  return spec;
}

void pipeline_run::warn_of_weakened_settings() const {
  if (settings_.allow_unlogged) {
    log::warning(events::setting_weakened,
                 "ALLOW_UNLOGGED is set: a crash of PostgreSQL empties an UNLOGGED table, and loaded events are lost");
  }
  if (command_ != command::load && settings_.api_base_url.starts_with("http://") &&
      !is_loopback(settings_.api_base_url)) {
    log::warning(events::setting_weakened, "API_BASE_URL is http: the API key and the events cross the network in the open");
  }
}

bool logs_as_text(const settings& s) {
  return s.log_format == log_format_choice::text ||
         (s.log_format == log_format_choice::automatic && ::isatty(STDERR_FILENO) == 1);
}

}  // namespace

void check_fresh(const settings& s, bool fresh, bool yes) {
  std::error_code ignored;
  if (!fresh || yes || !std::filesystem::is_directory(s.data_dir, ignored)) {
    return;
  }
  const auto names = posix_file_system().list(s.data_dir);
  const bool used = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.starts_with("events_buffer.") || name.starts_with("ingestion.state");
  });
  if (used) {
    throw error(errc::usage, "--fresh would delete the run in " + s.data_dir.string() +
                                 "; look at it with ingest status, then add --yes");
  }
}

int run_command(const settings& s, command c, bool fresh) {
  std::atomic<int> signal{0};
  std::stop_source interrupted;
  const signal_watcher watcher([&](int number) {
    signal = number;
    log::info(events::signal_received, "stopping in order; a second signal leaves at once", {{"signal", number}});
    interrupted.request_stop();
  });
  const auto counters = std::make_shared<metrics>();
  run_report report;
  report.command = name_of_command(c);
  report.pipeline = s.pipeline;
  report.started_at = timestamp_now();
  try {
    pipeline_run(s, c, counters, report).execute(fresh, interrupted.get_token());
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
    std::cerr << summary(report);
  }
  log_end(report);
  return report.exit_code;
}

}  // namespace ingest::app
