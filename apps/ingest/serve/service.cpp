#include "serve/service.hpp"

#include <fcntl.h>
#include <poll.h>
#include <rapidjson/document.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>

#include "core/replaced_file.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

using std::chrono::seconds;

/// Between two lines of progress of one pipeline in the service's log.
constexpr seconds progress_pause(60);
/// The calendar's clock may be put at any time, so no wait for it is longer.
constexpr seconds longest_wait(20);

detail::descriptor locked_state(const std::filesystem::path& state) {
  std::error_code problem;
  std::filesystem::create_directories(state, problem);
  const std::filesystem::path path = state / "service.lock";
  detail::descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.fd() < 0) {
    throw error(errc::config, "the service cannot keep its state in " + state.string() + ": " + std::strerror(errno) +
                                  "; name another directory with --state");
  }
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
    throw error(errc::locked, "another service keeps its state in " + state.string());
  }
  return detail::descriptor(file.release());
}

sigset_t watched_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) {
    ::sigaddset(&set, number);
  }
  return set;
}

detail::descriptor watched() {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return detail::descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

sync_outcome outcome_of(const processes::child_end& how, bool was_asked_to_stop) {
  if (how.in_order()) {
    return sync_outcome::complete;
  }
  if (was_asked_to_stop) {
    return sync_outcome::stopped;
  }
  switch (how.exit_code) {
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
  return name == "error"                       ? log::level::error
         : name == "warning" || name == "warn" ? log::level::warning
         : name == "debug"                     ? log::level::debug
                                               : log::level::info;
}

}  // namespace

std::string_view name_of(pipeline_state s) {
  switch (s) {
    case pipeline_state::idle:
      return "idle";
    case pipeline_state::waiting:
      return "waiting";
    case pipeline_state::running:
      return "running";
    case pipeline_state::stopping:
      return "stopping";
    case pipeline_state::paused:
      return "paused";
    case pipeline_state::leaving:
      break;
  }
  return "leaving";
}

struct service::pipeline {
  pipeline(pipeline_file f, const sync_memory& remembered, const clock_reading& now)
      : file(std::move(f)), planner(file.rules, remembered, now), figures(file.name) {}

  std::uint64_t connections() const { return file.checked.loaders + 1; }

  pipeline_file file;
  std::optional<pipeline_file> successor;  ///< what its file says now; it begins when the sync has ended
  bool leaves = false;                     ///< its file has gone
  sync_planner planner;
  sync_figures figures;

  std::unique_ptr<sync_process> process;
  wall_time began{};
  seconds began_steady{};
  std::chrono::steady_clock::time_point began_exactly;
  std::optional<seconds> stop_asked;  ///< when, by the steady clock
  bool is_overdue = false;
  std::string report;   ///< lines of one that is not whole yet
  std::string error;    ///< why the sync that runs will have failed: what was said first
  std::string streams;  ///< which of its streams are not complete, in words
  std::string says;
  std::optional<seconds> progress_told;

  std::optional<sync_end> last;
  std::optional<wall_time> last_complete;
  std::map<std::string, std::uint64_t> ends;
  std::vector<double> durations = std::vector<double>(duration_bounds.size() + 2);  ///< sum, count, counts by bound
};

struct service::question {
  std::function<void()> what;
  std::promise<void> done;
};

service::service(service_options options)
    : options_(std::move(options)),
      lock_(locked_state(options_.state)),
      signals_(watched()),
      asked_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (signals_.fd() < 0 || asked_.fd() < 0) {
    throw error(errc::io, std::string("the service gets no descriptors: ") + std::strerror(errno));
  }
  began_ = now().wall;
  apply(read_pipelines(options_.folder, options_.state, options_.origins));
}

service::~service() = default;

clock_reading service::now() const {
  return {std::chrono::floor<seconds>(std::chrono::system_clock::now()),
          std::chrono::floor<seconds>(std::chrono::steady_clock::now().time_since_epoch())};
}

int service::run() {
  log::info(events::service_started, "pipelines that can be used: " + std::to_string(pipelines_.size()),
            {{"folder", options_.folder.string()}, {"state", options_.state.string()}});
  while (!has_ended_) {
    watch_once();
  }
  answer_questions();
  log::info(events::service_ended, "all syncs have ended");
  return 0;
}

void service::watch_once() {
  if (!is_stopping_) {
    begin_due_syncs();
  }
  wait_and_take(quiet_ms());
  take_signals();
  reap_syncs();
  for (auto& [name, p] : pipelines_) {
    end_overdue(*p);
  }
  answer_questions();
  const bool any_runs =
      std::any_of(pipelines_.begin(), pipelines_.end(), [](const auto& p) { return p.second->process != nullptr; });
  has_ended_ = is_stopping_ && !any_runs;
}

int service::quiet_ms() {
  seconds quiet = longest_wait;
  const clock_reading at = now();
  for (const auto& [name, p] : pipelines_) {
    if (!is_stopping_ && !p->process) {
      quiet = std::min(quiet, p->planner.quiet_for(at).value_or(quiet));
    }
    if (p->stop_asked) {
      quiet = std::min(quiet, seconds(1));
    } else if (p->process && p->file.timeout.count() > 0) {
      quiet = std::min(quiet, std::max(p->began_steady + p->file.timeout - at.steady, seconds(0)));
    }
  }
  // What is due within the second that runs is due at its end.
  return static_cast<int>(std::max<std::int64_t>(quiet.count() * 1000, 100));
}

void service::wait_and_take(int timeout_ms) {
  std::vector<pollfd> watched = {{signals_.fd(), POLLIN, 0}, {asked_.fd(), POLLIN, 0}};
  std::vector<pipeline*> of = {nullptr, nullptr};
  for (const auto& [name, p] : pipelines_) {
    for (const int fd : p->process ? p->process->descriptors() : std::array<int, 3>{-1, -1, -1}) {
      if (fd >= 0) {
        watched.push_back({fd, POLLIN, 0});
        of.push_back(p.get());
      }
    }
  }
  if (::poll(watched.data(), watched.size(), timeout_ms) <= 0) {
    return;
  }
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (of[i] != nullptr && watched[i].revents != 0) {
      of[i]->process->take(watched[i].fd);
    }
  }
}

void service::take_signals() {
  signalfd_siginfo taken{};
  while (::read(signals_.fd(), &taken, sizeof taken) == static_cast<ssize_t>(sizeof taken)) {
    const int number = static_cast<int>(taken.ssi_signo);
    if (number == SIGHUP && !is_stopping_) {
      reload();
    } else if (number == SIGTERM || number == SIGINT) {
      begin_stopping(is_stopping_);
    }
  }
}

void service::begin_stopping(bool at_once) {
  log::info(events::signal_received,
            at_once ? "killing what still runs" : "stopping all syncs in order; a second signal kills them");
  is_stopping_ = true;
  for (const auto& [name, p] : pipelines_) {
    if (p->process && at_once) {
      p->process->kill();
    } else if (p->process) {
      stop_sync(*p, false);
    }
  }
}

bool service::ask(std::function<void()> what, std::chrono::milliseconds patience) {
  const auto asked = std::make_shared<question>();
  asked->what = std::move(what);
  auto done = asked->done.get_future();
  {
    const std::lock_guard lock(mutex_);
    questions_.push_back(asked);
  }
  const std::uint64_t one = 1;
  if (::write(asked_.fd(), &one, sizeof one) < 0 && errno != EAGAIN) {
    return false;
  }
  return done.wait_for(patience) == std::future_status::ready;
}

void service::answer_questions() {
  std::uint64_t count = 0;
  if (::read(asked_.fd(), &count, sizeof count) < 0 && errno != EAGAIN) {
    return;
  }
  std::vector<std::shared_ptr<question>> questions;
  {
    const std::lock_guard lock(mutex_);
    questions.swap(questions_);
  }
  for (const auto& q : questions) {
    q->what();
    q->done.set_value();
  }
}

std::string service::hindrance_of(const pipeline& p) const {
  std::uint64_t syncs = 0;
  std::uint64_t connections = 0;
  for (const auto& [name, other] : pipelines_) {
    syncs += other->process ? 1 : 0;
    connections += other->process ? other->connections() : 0;
  }
  if (options_.most_syncs > 0 && syncs >= options_.most_syncs) {
    return std::to_string(syncs) + " syncs run, which is as many as may";
  }
  // One that wants more than all runs alone.
  if (options_.most_connections > 0 && syncs > 0 && connections + p.connections() > options_.most_connections) {
    return std::to_string(connections) + " of " + std::to_string(options_.most_connections) +
           " connections are taken, and it needs " + std::to_string(p.connections());
  }
  return {};
}

void service::begin_due_syncs() {
  const clock_reading at = now();
  for (const auto& [name, p] : pipelines_) {
    const bool wants = p->planner.wants_to_begin(at) && !p->leaves;
    const auto queued = std::find(waiting_.begin(), waiting_.end(), name);
    if (wants && queued == waiting_.end()) {
      waiting_.push_back(name);
    } else if (!wants && queued != waiting_.end()) {
      waiting_.erase(queued);
    }
  }
  while (!waiting_.empty()) {
    const auto found = pipelines_.find(waiting_.front());
    if (found != pipelines_.end()) {
      if (!hindrance_of(*found->second).empty()) {
        return;
      }
      begin_sync(*found->second);
    }
    waiting_.pop_front();
  }
}

void service::begin_sync(pipeline& p) {
  const clock_reading at = now();
  p.began = at.wall;
  p.began_steady = at.steady;
  p.began_exactly = std::chrono::steady_clock::now();
  p.error.clear();
  p.streams.clear();
  p.says.clear();
  p.report.clear();
  p.stop_asked.reset();
  p.is_overdue = false;
  p.progress_told.reset();
  p.figures.begin_sync();
  p.planner.began(at);
  remember(p);
  try {
    p.process =
        std::make_unique<sync_process>(options_.program, p.file, options_.state,
                                       sync_listener{[this, &p](std::string_view line) { take_log(p, line); },
                                                     [this, &p](std::string_view line) { take_report(p, line); }});
    log::info(events::sync_started, "a sync begins",
              {{"pipeline", p.file.name}, {"pid", static_cast<std::int64_t>(p.process->pid())}});
  } catch (const std::exception& e) {
    p.error = std::string("it could not be started: ") + e.what();
    end_sync(p, {current_error().exit_code(), 0});
  }
}

void service::take_report(pipeline& p, std::string_view line) {
  p.report += line;
  if (line != "}") {
    return;
  }
  const told_members told = members_of_json(p.report);
  p.report.clear();
  p.figures.take_report(told);
  if (const std::string why = text_in(told, "error"); !why.empty() && p.error.empty()) {
    p.error = why;
  }
}

void service::take_log(pipeline& p, std::string_view line) {
  const told_members told = members_of_json(line);
  if (told.empty()) {
    // What is said before the log is set up, and by whatever ends a process from outside.
    p.error = line.starts_with("ingest: ") ? std::string(line.substr(8)) : std::string(line);
    log::warning(events::sync_says, p.error, {{"pipeline", p.file.name}});
    return;
  }
  p.figures.take_line(told);
  const std::string event = text_in(told, "event");
  const std::string message = text_in(told, "message");
  const seconds at = now().steady;
  if (event == events::progress) {
    if (!p.progress_told) {
      p.progress_told = p.began_steady;
    }
    if (at - *p.progress_told < progress_pause) {
      return;
    }
    p.progress_told = at;
  } else {
    p.says = message;
  }
  if (event == events::streams_failed) {
    p.streams = message;
  } else if (event == events::run_aborted && p.error.empty()) {
    p.error = message;
  }
  std::vector<log::field> fields{{"pipeline", p.file.name}};
  for (const auto& [name, content] : told) {
    log::field field(name, "");
    field.value = content;
    if (name == "pipeline") {
      field.name = "run";
    }
    const bool is_ours = name == "timestamp" || name == "level" || name == "event" || name == "message" ||
                         (name == "pipeline" && text_in(told, name) == p.file.name);
    if (!is_ours) {
      fields.push_back(std::move(field));
    }
  }
  log::write(level_named(text_in(told, "level")), event, message, fields);
}

void service::reap_syncs() {
  for (const auto& [name, p] : pipelines_) {
    if (p->process) {
      if (const auto how = p->process->end()) {
        end_sync(*p, *how);
      }
    }
  }
  std::erase_if(pipelines_, [](const auto& p) { return p.second->leaves && !p.second->process; });
}

void service::end_sync(pipeline& p, const processes::child_end& how) {
  const clock_reading at = now();
  const bool on_request = p.stop_asked.has_value() && !p.is_overdue;
  sync_end end{outcome_of(how, on_request), how.signal != 0 ? 128 + how.signal : how.exit_code, {}, p.began, at.wall};
  if (end.outcome != sync_outcome::complete && end.outcome != sync_outcome::stopped) {
    end.error = p.is_overdue       ? "it was not done after " + std::to_string(p.file.timeout.count()) + " s"
                : !p.error.empty() ? (p.streams.empty() ? "" : p.streams + ". The first: ") + p.error
                                   : "it " + processes::to_string(how);
  }
  p.figures.end_sync();
  p.planner.ended(end.outcome, at);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - p.began_exactly).count();
  p.durations[0] += took;
  p.durations[1] += 1;
  for (std::size_t i = 0; i < duration_bounds.size(); ++i) {
    p.durations[i + 2] += took <= duration_bounds[i] ? 1 : 0;
  }
  ++p.ends[std::string(name_of(end.outcome))];
  if (end.outcome == sync_outcome::complete) {
    p.last_complete = at.wall;
  }
  const auto next = p.planner.next_begin(at);
  log::write(end.error.empty() ? log::level::info : log::level::error, events::sync_ended,
             end.error.empty() ? "the sync is " + std::string(name_of(end.outcome)) : end.error,
             {{"pipeline", p.file.name},
              {"outcome", name_of(end.outcome)},
              {"exit_code", end.exit_code},
              {"wall_s", took},
              {"failures", p.planner.memory().failures},
              {"next_in_s", next ? (*next - at.wall).count() : -1}});
  p.last = std::move(end);
  p.process.reset();
  p.stop_asked.reset();
  remember(p);
  if (p.successor) {
    pipeline_file file = std::move(*p.successor);
    p.successor.reset();
    p.planner = sync_planner(file.rules, p.planner.memory(), at);
    p.file = std::move(file);
  }
}

void service::stop_sync(pipeline& p, bool by_timeout) {
  if (!p.stop_asked) {
    p.stop_asked = now().steady;
    p.is_overdue = by_timeout;
    p.process->stop();
  }
}

void service::end_overdue(pipeline& p) {
  if (!p.process) {
    return;
  }
  const seconds at = now().steady;
  if (p.stop_asked && at - *p.stop_asked >= options_.stop_patience) {
    log::warning(events::sync_killed, "the sync does not end, and is killed; what is durable stays",
                 {{"pipeline", p.file.name}});
    p.stop_asked = at;
    p.process->kill();
  } else if (!p.stop_asked && p.file.timeout.count() > 0 && at - p.began_steady >= p.file.timeout) {
    stop_sync(p, true);
  }
}

void service::reload() {
  try {
    apply(read_pipelines(options_.folder, options_.state, options_.origins));
    folder_problem_.clear();
  } catch (const error& e) {
    folder_problem_ = log::redact(e.what());
    log::error(events::pipeline_refused, folder_problem_ + "; all goes on as it was");
  }
  ++reloads_;
}

void service::apply(pipelines_folder found) {
  const clock_reading at = now();
  for (const auto& [name, why] : found.refused) {
    log::error(events::pipeline_refused, why + (pipelines_.contains(name) ? "; it goes on as it was" : ""),
               {{"pipeline", name}});
  }
  for (auto& [name, file] : found.pipelines) {
    for (const std::string& doubt : file.doubts) {
      log::warning(events::setting_unused, doubt, {{"pipeline", name}});
    }
    const auto there = pipelines_.find(name);
    if (there == pipelines_.end()) {
      log::info(events::pipeline_added, "schedule: " + file.rules.when.text(), {{"pipeline", name}});
      pipelines_.emplace(name, std::make_unique<pipeline>(std::move(file), remembered(name), at));
      continue;
    }
    pipeline& p = *there->second;
    p.leaves = false;
    if ((p.successor ? p.successor->text : p.file.text) == file.text) {
      continue;
    }
    log::info(events::pipeline_changed, "schedule: " + file.rules.when.text(), {{"pipeline", name}});
    if (p.process) {
      p.successor = std::move(file);
      stop_sync(p, false);
    } else {
      p.planner = sync_planner(file.rules, p.planner.memory(), at);
      p.file = std::move(file);
    }
  }
  for (const auto& [name, p] : pipelines_) {
    if (!found.pipelines.contains(name) && !found.refused.contains(name) && !p->leaves) {
      log::info(events::pipeline_removed, "its file has gone", {{"pipeline", name}});
      p->leaves = true;
      if (p->process) {
        stop_sync(*p, false);
      }
    }
  }
  refused_ = std::move(found.refused);
}

std::string service::order(const std::string& name, verb what) {
  const auto found = pipelines_.find(name);
  if (found == pipelines_.end()) {
    return "there is no pipeline " + name;
  }
  pipeline& p = *found->second;
  switch (what) {
    case verb::start:
      if (p.process) {
        return "a sync of " + name + " runs already";
      }
      p.planner.order();
      break;
    case verb::stop:
      if (!p.process) {
        return "no sync of " + name + " runs";
      }
      stop_sync(p, false);
      break;
    case verb::pause:
    case verb::resume:
      p.planner.pause(what == verb::pause);
      remember(p);
      break;
  }
  return {};
}

std::filesystem::path service::memory_of(const std::string& name) const {
  return options_.state / name / "schedule.json";
}

void service::remember(const pipeline& p) const {
  const sync_memory& m = p.planner.memory();
  const std::string text =
      "{\"due\":" + std::to_string(m.due.time_since_epoch().count()) + ",\"open\":" + (m.is_open ? "true" : "false") +
      ",\"failures\":" + std::to_string(m.failures) + ",\"paused\":" + (m.is_paused ? "true" : "false") + "}\n";
  try {
    std::filesystem::create_directories(options_.state / p.file.name);
    detail::replace_file(posix_file_system(), memory_of(p.file.name), text);
  } catch (const std::exception& e) {
    // A service that starts again would at worst begin a sync too early.
    log::warning(events::state_not_saved, e.what(), {{"pipeline", p.file.name}});
  }
}

sync_memory service::remembered(const std::string& name) const {
  sync_memory m;
  const auto text = detail::contents_of(memory_of(name));
  rapidjson::Document parsed;
  if (!text || parsed.Parse(text->c_str()).HasParseError() || !parsed.IsObject()) {
    return m;
  }
  const auto find = [&](const char* key) -> const rapidjson::Value* {
    const auto found = parsed.FindMember(key);
    return found == parsed.MemberEnd() ? nullptr : &found->value;
  };
  const auto is_true = [&](const char* key) {
    const rapidjson::Value* const v = find(key);
    return v != nullptr && v->IsTrue();
  };
  if (const rapidjson::Value* const due = find("due"); due != nullptr && due->IsInt64()) {
    m.due = wall_time(seconds(due->GetInt64()));
  }
  if (const rapidjson::Value* const failures = find("failures"); failures != nullptr && failures->IsUint64()) {
    m.failures = failures->GetUint64();
  }
  m.is_open = is_true("open");
  m.is_paused = is_true("paused");
  return m;
}

service_status service::status() const {
  const clock_reading at = now();
  service_status all;
  all.now = at.wall;
  all.began = began_;
  all.is_stopping = is_stopping_;
  all.refused = refused_;
  all.folder_problem = folder_problem_;
  all.reloads = reloads_;
  for (const auto& [name, p] : pipelines_) {
    pipeline_status one;
    one.name = name;
    one.schedule = p->file.rules.when.text();
    const bool waits = std::find(waiting_.begin(), waiting_.end(), name) != waiting_.end();
    one.state = p->leaves                       ? pipeline_state::leaving
                : p->stop_asked                 ? pipeline_state::stopping
                : p->process                    ? pipeline_state::running
                : waits                         ? pipeline_state::waiting
                : p->planner.memory().is_paused ? pipeline_state::paused
                                                : pipeline_state::idle;
    if (waits) {
      one.waits_for = hindrance_of(*p);
      one.waits_for = one.waits_for.empty() ? "others that were due before it" : one.waits_for;
    }
    if (p->process) {
      one.began = p->began;
      one.says = p->says;
    } else {
      one.next_begin = p->planner.next_begin(at);
    }
    one.last = p->last;
    one.last_complete = p->last_complete;
    one.failures = p->planner.memory().failures;
    one.ends = p->ends;
    one.durations = p->durations;
    one.figures = p->figures.all();
    one.latest = p->figures.latest();
    one.buffer_quota_bytes = p->file.checked.buffer_quota_bytes;
    one.doubts = p->file.doubts;
    all.pipelines.push_back(std::move(one));
  }
  return all;
}

}  // namespace ingest::app
