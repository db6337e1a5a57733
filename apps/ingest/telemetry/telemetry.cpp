#include "telemetry/telemetry.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>

#include "core/utf8.hpp"
#include "exported_metric.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "signals.hpp"

namespace ingest::app {

namespace {

/// What waits while a collector is away: some hundred bytes each, and some thousand.
constexpr std::size_t most_spans = 512;
constexpr std::size_t most_ended_runs = 64;
constexpr std::size_t longest_failure = 4096;
constexpr int first_signal = 129;  // exit codes from here on are 128 + a signal

unix_nanoseconds nanoseconds_of(std::chrono::system_clock::time_point t) {
  return static_cast<unix_nanoseconds>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(t.time_since_epoch()).count());
}

void set_outcome(trace_span& s, std::string_view outcome, int exit_code, const std::string& failure) {
  s.about.emplace_back("ingest.outcome", std::string(outcome));
  s.about.emplace_back("ingest.exit_code", std::int64_t{exit_code});
  s.has_failed = exit_code != 0 && exit_code < first_signal;
  s.failure = detail::utf8_prefix(failure, longest_failure);
}

std::vector<std::uint64_t> values_of(const metrics& figures) {
  std::vector<std::uint64_t> values;
  for (const metrics::metric* m : figures.all()) {
    values.push_back(*m);
  }
  return values;
}

/// The counters that are worth a look: those of rows, and all that have counted something.
void add_counters(trace_span& to, const std::vector<std::uint64_t>& values) {
  const metrics known;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const metric_definition& d = known.all()[i]->definition;
    if (d.kind != metric_kind::counter || (values[i] == 0 && d.unit != metric_unit::rows)) {
      continue;
    }
    const std::string name = "ingest." + exported_name(d);
    if (d.unit == metric_unit::microseconds) {
      to.about.emplace_back(name, static_cast<double>(values[i]) / 1e6);
    } else {
      to.about.emplace_back(name, static_cast<std::int64_t>(values[i]));
    }
  }
}

/// Whether all is counted anew, as after a failure without a durable buffer.
bool has_begun_anew(const metrics& before, const metrics& now) {
  const auto old_ones = before.all();
  const auto new_ones = now.all();
  for (std::size_t i = 0; i < new_ones.size(); ++i) {
    if (new_ones[i]->definition.kind == metric_kind::counter && *new_ones[i] < *old_ones[i]) {
      return true;
    }
  }
  return false;
}

std::string in_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

telemetry::telemetry(telemetry_options o, std::string_view command, std::string pipeline, std::string run)
    : options_(std::move(o)), pipeline_(std::move(pipeline)), run_(run.empty() ? pipeline_ : std::move(run)) {
  root_ = new_span("ingest " + std::string(command), "", began_, began_);
  root_.trace_id = new_trace_id();
  if (options_.parent) {
    root_.trace_id = options_.parent->trace_id;
    root_.parent_id = options_.parent->span_id;
    root_.has_remote_parent = true;
    root_.trace_state = options_.parent->state;
  }
  root_.about = {{"ingest.command", std::string(command)}, {"ingest.pipeline", pipeline_}};
  start_senders();
}

telemetry::~telemetry() = default;

void telemetry::start_senders() {
  if (options_.traces) {
    traces_ = std::make_unique<otlp_sender>(
        otlp_sender::signal{"traces", "rejectedSpans", [this] { return traces_to_send(); },
                            [this] { traces_are_settled(); }},
        *options_.traces);
  }
  if (options_.metrics) {
    metrics_ = std::make_unique<otlp_sender>(
        otlp_sender::signal{"metrics", "rejectedDataPoints", [this] { return metrics_to_send(); },
                            [this] { metrics_are_settled(); }, options_.metrics_interval},
        *options_.metrics);
  }
}

/// By the clock that nobody sets: no span ends before it begins.
unix_nanoseconds telemetry::moment(clock::time_point t) const {
  return nanoseconds_of(began_at_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(t - began_));
}

trace_span telemetry::new_span(const std::string& name, const std::string& parent, clock::time_point start,
                               clock::time_point end) const {
  trace_span s;
  s.trace_id = root_.trace_id;
  s.trace_state = root_.trace_state;
  s.id = new_span_id();
  s.parent_id = parent;
  s.name = name;
  s.start = moment(start);
  s.end = std::max(moment(end), s.start);
  return s;
}

/// As the service has it: what stands behind the pipeline's name in that of the run.
std::string telemetry::stream_of(const std::string& pipeline) const {
  return pipeline.starts_with(run_ + ".") ? pipeline.substr(run_.size() + 1) : "";
}

void telemetry::begin_run(const std::string& pipeline, std::shared_ptr<const metrics> counters) {
  const std::lock_guard lock(mutex_);
  const auto now = clock::now();
  measured_run begun{pipeline_, stream_of(pipeline), nanoseconds_of(std::chrono::system_clock::now()), 0, *counters};
  begun.time = begun.start;
  running_ = {std::move(begun), now, std::move(counters)};
}

void telemetry::end_run(const run_report& report) {
  bool has_more_behind = false;  // else all is sent together, by finish()
  {
    const std::lock_guard lock(mutex_);
    if (!running_) {
      return;
    }
    read(*running_);
    const measured_run& last = running_->now;
    trace_span own = new_span("stream " + last.stream, root_.id, running_->began, clock::now());
    // A pipeline of one stream without a name needs no span beside that of the command.
    trace_span& s = last.stream.empty() ? root_ : own;
    if (!report.run_id.empty()) {
      s.about.emplace_back("ingest.run_id", report.run_id);
    }
    if (!last.stream.empty()) {
      s.about.emplace_back("ingest.pipeline", pipeline_);
      s.about.emplace_back("ingest.stream", last.stream);
      add_counters(s, values_of(report.counted));
      set_outcome(s, name_of(report.status), report.exit_code, report.error);
    }
    add_phase("fetch", s.id, last.figures.first_fetch_us, last.figures.last_fetch_us);
    add_phase("load", s.id, last.figures.first_load_us, last.figures.last_load_us);
    if (!last.stream.empty()) {
      add(std::move(own));
      has_more_behind = true;
    }
    if (report.exit_code != 0 && first_failure_.empty()) {
      first_failure_ = (last.stream.empty() ? "" : last.stream + ": ") + report.error;
    }
    const auto counted = values_of(report.counted);
    std::transform(counted.begin(), counted.end(), all_.begin(), all_.begin(), std::plus<>());
    ended_.push_back(last);
    if (ended_.size() > most_ended_runs) {
      ended_.pop_front();
      runs_in_flight_ -= runs_in_flight_ == 0 ? 0 : 1;
    }
    running_.reset();
  }
  if (traces_ && has_more_behind) {
    traces_->wake();
  }
}

void telemetry::add_failure(const std::string& stream, int exit_code, const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (first_failure_.empty()) {
    first_failure_ = stream + ": " + why;
  }
  trace_span s = new_span("stream " + stream, root_.id, clock::now(), clock::now());
  s.about = {{"ingest.pipeline", pipeline_}, {"ingest.stream", stream}};
  set_outcome(s, name_of(run_status::aborted), exit_code, why);
  add(std::move(s));
}

void telemetry::add_phase(const std::string& name, const std::string& parent, std::uint64_t first_us,
                          std::uint64_t last_us) {
  if (first_us > 0 && last_us > first_us) {
    const auto since = running_->counters->started;
    add(new_span(name, parent, since + std::chrono::microseconds(first_us),
                 since + std::chrono::microseconds(last_us)));
  }
}

void telemetry::add(trace_span s) {
  if (options_.traces && spans_.size() < most_spans) {
    spans_.push_back(std::move(s));
  } else if (options_.traces) {
    ++spans_lost_;
  }
}

void telemetry::read(running& r) const {
  const metrics figures = *r.counters;
  if (has_begun_anew(r.now.figures, figures)) {
    r.now.start = r.now.time;
  }
  r.now.figures = figures;
  r.now.time = std::max(nanoseconds_of(std::chrono::system_clock::now()), r.now.time);
}

std::string telemetry::traces_to_send() {
  const std::lock_guard lock(mutex_);
  spans_in_flight_ = spans_.size();
  return spans_.empty() ? "" : traces_body(options_.resource, std::vector(spans_.begin(), spans_.end()));
}

void telemetry::traces_are_settled() {
  const std::lock_guard lock(mutex_);
  spans_.erase(spans_.begin(), spans_.begin() + static_cast<std::ptrdiff_t>(spans_in_flight_));
  spans_in_flight_ = 0;
}

std::string telemetry::metrics_to_send() {
  const std::lock_guard lock(mutex_);
  std::vector<measured_run> told(ended_.begin(), ended_.end());
  runs_in_flight_ = ended_.size();
  if (running_) {
    read(*running_);
    told.push_back(running_->now);
  }
  return told.empty() ? "" : metrics_body(options_.resource, told);
}

void telemetry::metrics_are_settled() {
  const std::lock_guard lock(mutex_);
  ended_.erase(ended_.begin(), ended_.begin() + static_cast<std::ptrdiff_t>(runs_in_flight_));
  runs_in_flight_ = 0;
}

void telemetry::finish(int exit_code, const std::string& failure) noexcept {
  try {
    end_root(exit_code, failure);
    send_rest(exit_code >= first_signal);
  } catch (const std::exception& e) {
    log::warning(events::telemetry_failed, std::string("what is left of telemetry cannot be sent: ") + e.what());
  }
}

void telemetry::end_root(int exit_code, const std::string& failure) {
  const std::lock_guard lock(mutex_);
  const std::string_view outcome = exit_code == 0              ? name_of(run_status::complete)
                                   : exit_code >= first_signal ? name_of(run_status::interrupted)
                                                               : name_of(run_status::aborted);
  root_.end = std::max(moment(clock::now()), root_.start);
  add_counters(root_, all_);
  set_outcome(root_, outcome, exit_code, failure.empty() ? first_failure_ : failure);
  if (spans_lost_ > 0) {
    root_.about.emplace_back("ingest.spans_lost", static_cast<std::int64_t>(spans_lost_));
  }
  if (options_.traces) {
    spans_.push_back(root_);  // one more than there may be else: all others are within it, and may be under way
  }
}

void telemetry::send_rest(bool was_stopped) {
  // A run that a signal has stopped is told of as well; the next signal ends the process at once, as always.
  std::stop_source hurry;
  const signal_watcher watcher([&](int) {
    if (!was_stopped) {
      hurry.request_stop();
    }
  });
  for (otlp_sender* const sender : {traces_.get(), metrics_.get()}) {
    if (sender != nullptr) {
      sender->begin_finish();
    }
  }
  for (otlp_sender* const sender : {traces_.get(), metrics_.get()}) {
    if (sender != nullptr) {
      sender->finish(hurry.get_token());
    }
  }
  traces_.reset();
  metrics_.reset();
}

int with_telemetry(settings& s, std::string_view command, const std::function<int()>& work,
                   const std::string& pipeline) {
  telemetry_options o = telemetry_options_of(s.otel, in_environment("TRACEPARENT"), in_environment("TRACESTATE"));
  for (const std::string& problem : o.problems) {
    log::warning(events::telemetry_unclear, problem);
  }
  if (!o.traces && !o.metrics) {
    return work();
  }
  std::shared_ptr<telemetry> told;
  try {
    told = std::make_shared<telemetry>(std::move(o), command, pipeline.empty() ? s.pipeline : pipeline, s.pipeline);
  } catch (const std::exception& e) {
    log::warning(events::telemetry_failed, std::string("nothing is told by OpenTelemetry: ") + e.what());
    return work();
  }
  s.telemetry = told;
  try {
    const int exit_code = work();
    told->finish(exit_code, "");
    return exit_code;
  } catch (...) {
    const error e = current_error();
    told->finish(e.exit_code(), e.what());
    throw;
  }
}

}  // namespace ingest::app
