#include "serve/running_sync.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "core/utf8.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/quotable.hpp"

namespace ingest::app {

namespace {

using std::chrono::seconds;

/// Between two lines of progress of one pipeline in the service's log.
constexpr seconds progress_pause(60);
/// Between two lines that say the same of what one pipeline tells by OpenTelemetry.
constexpr std::chrono::minutes telemetry_pause(5);
/// How long a sync may stay beyond its share of memory.
constexpr seconds patience_with_memory(10);
/// Exit codes from here on are 128 + a signal.
constexpr int first_signal = 128;

bool is_of_telemetry(std::string_view event) {
  return event == events::telemetry_failed || event == events::telemetry_refused ||
         event == events::telemetry_sent_again || event == events::telemetry_unclear;
}

sync_outcome outcome_of_code(int exit_code) {
  switch (exit_code) {
    case 0:
      return sync_outcome::complete;
    case 64:
    case 78:
      return sync_outcome::refused;
    case 75:
      return sync_outcome::taken;
    default:
      return sync_outcome::failed;
  }
}

log::level level_named(std::string_view name) {
  return name == "error"     ? log::level::error
         : name == "warning" ? log::level::warning
         : name == "debug"   ? log::level::debug
                             : log::level::info;
}

/// The line's own members, behind the pipeline that it is of.
std::vector<log::field> fields_of(const told_members& told, const std::string& pipeline) {
  std::vector<log::field> fields{{"pipeline", pipeline}};
  for (const auto& [name, content] : told) {
    const bool is_said = name == "timestamp" || name == "level" || name == "event" || name == "message" ||
                         (name == "pipeline" && text_in(told, name) == pipeline);
    if (!is_said) {
      log::field field(name == "pipeline" ? "run" : std::string_view(name), "");
      field.value = content;
      fields.push_back(std::move(field));
    }
  }
  return fields;
}

}  // namespace

std::string quotable(std::string_view text) {
  constexpr std::size_t longest = 4096;
  return detail::quotable(detail::with_invalid_utf8_replaced(text), longest);
}

std::string in_mib(std::uint64_t bytes) {
  constexpr std::uint64_t mib = 1ULL << 20;
  return std::to_string(bytes / mib + (bytes % mib > 0 ? 1 : 0));
}

running_sync::running_sync(const std::string& program, const pipeline_file& pipeline,
                           const std::filesystem::path& state, sync_figures& figures, const clock_reading& now)
    : name_(pipeline.name),
      timeout_(pipeline.timeout),
      share_(pipeline.memory),
      figures_(figures),
      began_(now),
      process_(
          program, pipeline, state,
          {[this](std::string_view line) { take_log(line); }, [this](std::string_view line) { take_report(line); }}) {
  log::info(events::sync_started, "a sync begins",
            {{"pipeline", name_}, {"pid", static_cast<std::int64_t>(process_.pid())}});
}

void running_sync::take_report(std::string_view line) {
  report_ += line;
  if (line != "}") {
    return;
  }
  const told_members told = members_of_json(report_);
  report_.clear();
  figures_.take_report(told);
  exit_codes_.insert(static_cast<int>(number_in(told, "exit_code").value_or(0)));
  if (const std::string why = text_in(told, "error"); !why.empty() && error_.empty()) {
    error_ = quotable(why);
  }
}

/// Progress comes each second, for the figures; people are told of it once a minute. That a collector is away each sync
/// finds out anew, and most syncs are short.
bool running_sync::is_worth_telling(std::string_view event) {
  const auto now = std::chrono::steady_clock::now();
  if (is_of_telemetry(event)) {
    static std::map<std::string, std::chrono::steady_clock::time_point> told;
    const auto [last, is_first] = told.try_emplace(name_ + " " + std::string(event), now);
    const bool is_telling = is_first || now - last->second >= telemetry_pause;
    last->second = is_telling ? now : last->second;
    return is_telling;
  }
  if (event != events::progress) {
    return true;
  }
  const bool is_due = now - progress_told_ >= progress_pause;
  progress_told_ = is_due ? now : progress_told_;
  return is_due;
}

void running_sync::take_log(std::string_view line) {
  const told_members told = members_of_json(line);
  if (told.empty()) {
    // What is said before the log is set up, and by whatever ends a process from outside.
    error_ = quotable(line.starts_with("ingest: ") ? line.substr(8) : line);
    log::warning(events::sync_says, error_, {{"pipeline", name_}});
    return;
  }
  figures_.take_line(told);
  const std::string event = text_in(told, "event");
  const std::string message = text_in(told, "message");
  if (event != events::progress && !is_of_telemetry(event)) {
    says_ = quotable(message);
  }
  if (event == events::streams_failed) {
    streams_ = says_;
  } else if (event == events::run_aborted && error_.empty()) {
    error_ = says_;
  }
  if (is_worth_telling(event)) {
    log::write(level_named(text_in(told, "level")), event, message, fields_of(told, name_));
  }
}

sync_outcome running_sync::outcome_of(int exit_code) const {
  const sync_outcome by_code = outcome_of_code(exit_code);
  if (stopped_for_ && by_code != sync_outcome::complete) {
    return exceeds_limit()                       ? sync_outcome::failed
           : *stopped_for_ == stop_reason::order ? sync_outcome::stopped
                                                 : sync_outcome::interrupted;
  }
  // Of several streams the exit code is that of the first that has failed; time may mend another one.
  const bool any_may_pass = std::any_of(exit_codes_.begin(), exit_codes_.end(), [](int code) {
    return code < first_signal && outcome_of_code(code) == sync_outcome::failed;
  });
  return by_code == sync_outcome::refused && any_may_pass ? sync_outcome::failed : by_code;
}

std::optional<sync_end> running_sync::end(const clock_reading& now) {
  const auto how = process_.end();
  if (!how) {
    return std::nullopt;
  }
  figures_.end_sync();
  sync_end end;
  end.memory = most_memory_;
  end.exit_code = how->signal != 0 ? first_signal + how->signal : how->exit_code;
  end.outcome = outcome_of(end.exit_code);
  end.began = began_.wall;
  end.ended = now.wall;
  end.took_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_exactly_).count();
  if (end.outcome == sync_outcome::failed || end.outcome == sync_outcome::refused ||
      end.outcome == sync_outcome::taken) {
    end.outgrew = stopped_for_ == stop_reason::memory;
    const bool is_overtime = stopped_for_ == stop_reason::overtime;
    end.error = is_overtime ? "it was not done after " + std::to_string(timeout_.count()) + " s"
                : end.outgrew
                    ? "it took " + in_mib(most_memory_) + " MiB of memory, and its share is " + in_mib(share_) +
                          " MiB: give it more (memory), or let it take less (docs/performance.md, How to tune)"
                : !error_.empty() ? (streams_.empty() ? "" : streams_ + ". The first: ") + error_
                                  : "it " + processes::to_string(*how);
  }
  return end;
}

void running_sync::stop(stop_reason why, const clock_reading& now) {
  if (!stopped_for_) {
    stopped_for_ = why;
    stop_asked_ = now.steady;
    process_.stop();
  }
}

void running_sync::take_memory(std::uint64_t bytes, const clock_reading& now) {
  memory_told_ = now.steady;
  memory_ = bytes;
  most_memory_ = std::max(most_memory_, bytes);
  if (share_ == 0 || bytes <= share_ + share_ / 10) {
    beyond_share_.reset();
    return;
  }
  beyond_share_ = beyond_share_.value_or(now.steady);
  if (!stopped_for_ && now.steady - *beyond_share_ >= patience_with_memory) {
    log::warning(events::sync_outgrows,
                 "the sync takes " + in_mib(bytes) + " MiB of memory, and its share is " + in_mib(share_) +
                     " MiB; it is asked to end, and what is durable stays",
                 {{"pipeline", name_}});
    stop(stop_reason::memory, now);
  }
}

void running_sync::end_overdue(seconds patience, const clock_reading& now) {
  if (!stopped_for_ && timeout_.count() > 0 && now.steady - began_.steady >= timeout_) {
    stop(stop_reason::overtime, now);
  } else if (stopped_for_ && now.steady - stop_asked_ >= patience) {
    log::warning(events::sync_killed, "the sync does not end, and is killed; what is durable stays",
                 {{"pipeline", name_}});
    stop_asked_ = now.steady;
    process_.kill();
  }
}

}  // namespace ingest::app
