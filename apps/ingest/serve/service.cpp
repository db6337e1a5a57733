#include "serve/service.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>

#include "core/replaced_file.hpp"
#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/log_output.hpp"
#include "serve/orphans.hpp"
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
  // Ignored, as whoever has started us may have left it, the kernel itself would reap what ends.
  ::signal(SIGCHLD, SIG_DFL);
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return detail::descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
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

/// What is kept of what a sync says: no secret, no half character, nothing endless.
std::string quotable(const std::string& text) {
  constexpr std::size_t longest = 4096;
  const std::string whole = detail::with_invalid_utf8_replaced(log::redact(text));
  return std::string(detail::utf8_prefix(whole, longest)) + (whole.size() > longest ? " …" : "");
}

/// As many files as the system lets us have: three for each sync that runs.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
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
  pipeline(pipeline_file f, const clock_reading& now)
      : file(std::move(f)), planner(file.rules, {}, now), figures(file.variables.at("PIPELINE")) {}

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
  stop_reason stopped_for = stop_reason::order;
  std::set<int> exit_codes;  ///< of its runs
  std::string report;        ///< lines of one that is not whole yet
  std::string error;         ///< why the sync that runs will have failed: what was said first
  std::string streams;       ///< which of its streams are not complete, in words
  std::string says;
  std::optional<seconds> progress_told;

  std::optional<sync_memory> written;
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
  adopt_orphans();
  raise_descriptor_limit();
  log::wait_for_readers(std::chrono::milliseconds(0));
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
  // One at a time, so that many that are due at a moment keep nobody from being heard.
  const bool more = !is_stopping_ && begin_due_sync();
  wait_and_take(quiet_ms(more));
  take_signals();
  reap_syncs();
  for (auto& [name, p] : pipelines_) {
    end_overdue(*p);
    keep(*p);
  }
  answer_questions();
  const bool any_runs =
      std::any_of(pipelines_.begin(), pipelines_.end(), [](const auto& p) { return p.second->process != nullptr; });
  has_ended_ = is_stopping_ && !any_runs;
}

int service::quiet_ms(bool more_to_begin) const {
  if (more_to_begin) {
    return 0;
  }
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

/// What a restart must know of, once it has changed; moments of the schedule alone can wait for the next sync.
void service::keep(pipeline& p) {
  sync_memory now_is = p.planner.memory();
  now_is.due = p.written ? p.written->due : now_is.due;
  if (!p.written || *p.written != now_is) {
    remember(p);
  }
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
      stop_sync(*p, stop_reason::shutdown);
    }
  }
}

bool service::ask(std::function<void()> what, std::chrono::milliseconds patience) {
  const auto asked = std::make_shared<question>();
  asked->what = std::move(what);
  auto done = asked->done.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (!answers_) {
      return false;
    }
    questions_.push_back(asked);
  }
  const std::uint64_t one = 1;
  if (::write(asked_.fd(), &one, sizeof one) < 0 && errno != EAGAIN) {
    return false;
  }
  if (done.wait_for(patience) == std::future_status::ready) {
    return true;
  }
  {
    // What nobody waits for any more is not done later, when nobody expects it.
    const std::lock_guard lock(mutex_);
    if (std::erase(questions_, asked) > 0) {
      return false;
    }
  }
  return done.wait_for(patience) == std::future_status::ready;  // it is being done
}

void service::answer_questions() {
  std::uint64_t count = 0;
  if (::read(asked_.fd(), &count, sizeof count) < 0 && errno != EAGAIN) {
    return;
  }
  for (;;) {
    std::shared_ptr<question> next;
    {
      const std::lock_guard lock(mutex_);
      answers_ = !has_ended_;
      if (questions_.empty()) {
        return;
      }
      next = questions_.front();
      questions_.erase(questions_.begin());
    }
    next->what();
    next->done.set_value();
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

/// True where another one may begin at once.
bool service::begin_due_sync() {
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
  std::erase_if(waiting_, [&](const std::string& name) { return !pipelines_.contains(name); });
  if (waiting_.empty() || !hindrance_of(*pipelines_.at(waiting_.front())).empty()) {
    return false;
  }
  begin_sync(*pipelines_.at(waiting_.front()));
  waiting_.pop_front();
  return !waiting_.empty();
}

std::set<pid_t> service::running_processes() const {
  std::set<pid_t> running;
  for (const auto& [name, p] : pipelines_) {
    if (p->process) {
      running.insert(p->process->pid());
    }
  }
  return running;
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
  p.exit_codes.clear();
  p.progress_told.reset();
  p.figures.begin_sync();
  p.planner.began(at);
  remember(p);
  kill_orphans("DATA_DIR=" + p.file.variables.at("DATA_DIR"), running_processes());
  try {
    p.process =
        std::make_unique<sync_process>(options_.program, p.file, options_.state,
                                       sync_listener{[this, &p](std::string_view line) { take_log(p, line); },
                                                     [this, &p](std::string_view line) { take_report(p, line); }});
    log::info(events::sync_started, "a sync begins",
              {{"pipeline", p.file.name}, {"pid", static_cast<std::int64_t>(p.process->pid())}});
  } catch (const std::exception& e) {
    p.error = quotable(std::string("it could not be started: ") + e.what());
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
  p.exit_codes.insert(static_cast<int>(number_in(told, "exit_code").value_or(0)));
  if (const std::string why = text_in(told, "error"); !why.empty() && p.error.empty()) {
    p.error = quotable(why);
  }
}

void service::take_log(pipeline& p, std::string_view line) {
  const told_members told = members_of_json(line);
  if (told.empty()) {
    // What is said before the log is set up, and by whatever ends a process from outside.
    p.error = quotable(std::string(line.starts_with("ingest: ") ? line.substr(8) : line));
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
    p.says = quotable(message);
  }
  if (event == events::streams_failed) {
    p.streams = quotable(message);
  } else if (event == events::run_aborted && p.error.empty()) {
    p.error = quotable(message);
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
  reap_orphans(running_processes());
  std::erase_if(pipelines_, [this](const auto& p) {
    if (!p.second->leaves || p.second->process) {
      return false;
    }
    forget_connection(options_.state, p.first);
    return true;
  });
}

void service::end_sync(pipeline& p, const processes::child_end& how) {
  const clock_reading at = now();
  sync_end end{outcome_of_code(how.signal != 0 ? 128 + how.signal : how.exit_code),
               how.signal != 0 ? 128 + how.signal : how.exit_code,
               {},
               p.began,
               at.wall};
  // Of several streams the exit code is that of the first that has failed; time may mend another one.
  const bool any_may_pass = std::any_of(p.exit_codes.begin(), p.exit_codes.end(), [](int code) {
    return outcome_of_code(code) == sync_outcome::failed && code < 128;
  });
  if (end.outcome == sync_outcome::refused && any_may_pass) {
    end.outcome = sync_outcome::failed;
  }
  const bool is_overtime = p.stop_asked && p.stopped_for == stop_reason::overtime;
  if (p.stop_asked && end.outcome != sync_outcome::complete) {
    end.outcome = is_overtime                           ? sync_outcome::failed
                  : p.stopped_for == stop_reason::order ? sync_outcome::stopped
                                                        : sync_outcome::interrupted;
  }
  if (end.outcome == sync_outcome::failed || end.outcome == sync_outcome::refused ||
      end.outcome == sync_outcome::taken) {
    end.error = is_overtime        ? "it was not done after " + std::to_string(p.file.timeout.count()) + " s"
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
  kill_orphans("DATA_DIR=" + p.file.variables.at("DATA_DIR"), running_processes());
  if (p.successor) {
    p.file = std::move(*p.successor);
    p.successor.reset();
    p.planner.change(p.file.rules, at);
  }
  remember(p);
}

void service::stop_sync(pipeline& p, stop_reason why) {
  if (!p.stop_asked) {
    p.stop_asked = now().steady;
    p.stopped_for = why;
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
    stop_sync(p, stop_reason::overtime);
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
      auto made = std::make_unique<pipeline>(std::move(file), at);
      recall(*made);
      remember(*made);  // that it is there: from now on its moments can be missed
      pipelines_.emplace(name, std::move(made));
      continue;
    }
    pipeline& p = *there->second;
    p.leaves = false;
    const pipeline_file& before = p.successor ? *p.successor : p.file;
    if (before.text == file.text && before.variables == file.variables) {
      continue;
    }
    log::info(events::pipeline_changed, "schedule: " + file.rules.when.text(), {{"pipeline", name}});
    if (p.process) {
      p.successor = std::move(file);
      stop_sync(p, stop_reason::change);
    } else {
      p.file = std::move(file);
      p.planner.change(p.file.rules, at);
    }
  }
  for (const auto& [name, p] : pipelines_) {
    if (!found.pipelines.contains(name) && !found.refused.contains(name) && !p->leaves) {
      log::info(events::pipeline_removed, "its file has gone", {{"pipeline", name}});
      p->leaves = true;
      if (p->process) {
        stop_sync(*p, stop_reason::change);
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
      if (is_stopping_ || p.leaves) {
        return is_stopping_ ? "the service is about to end" : "the file of " + name + " has gone";
      }
      p.planner.order();
      break;
    case verb::stop:
      if (!p.process) {
        return p.planner.withdraw() ? "" : "no sync of " + name + " runs or waits";
      }
      if (p.stop_asked && p.stopped_for == stop_reason::overtime) {
        return "the sync of " + name + " is being stopped already, for its time is up";
      }
      stop_sync(p, stop_reason::order);
      break;
    case verb::pause:
    case verb::resume:
      p.planner.pause(what == verb::pause);
      break;
  }
  keep(p);
  return {};
}

std::filesystem::path service::memory_of(const std::string& name) const {
  return options_.state / name / "schedule.json";
}

void service::remember(pipeline& p) const {
  const sync_memory& m = p.planner.memory();
  const auto word = [](bool truth) { return truth ? "true" : "false"; };
  std::string text = "{\"due\":" + std::to_string(m.due.time_since_epoch().count()) + ",\"open\":" + word(m.is_open) +
                     ",\"wanted\":" + word(m.is_wanted) + ",\"ordered\":" + word(m.is_ordered) +
                     ",\"paused\":" + word(m.is_paused) + ",\"failures\":" + std::to_string(m.failures) +
                     ",\"attempts\":" + std::to_string(m.attempts);
  if (p.last_complete) {
    text += ",\"last_complete\":" + std::to_string(p.last_complete->time_since_epoch().count());
  }
  p.written = m;
  try {
    std::filesystem::create_directories(options_.state / p.file.name);
    detail::replace_file(posix_file_system(), memory_of(p.file.name), text + "}\n");
  } catch (const std::exception& e) {
    // A service that starts again would at worst begin a sync too early, or one that was missed not at all.
    log::warning(events::state_not_saved, e.what(), {{"pipeline", p.file.name}});
  }
}

void service::recall(pipeline& p) const {
  sync_memory m;
  const told_members told = members_of_json(detail::contents_of(memory_of(p.file.name)).value_or(""));
  const auto number = [&](const char* name) { return number_in(told, name); };
  const auto truth = [&](const char* name) { return number_in(told, name).value_or(0) != 0; };
  const auto moment = [&](const char* name) {
    return wall_time(seconds(static_cast<std::int64_t>(number(name).value_or(0))));
  };
  m.due = moment("due");
  m.is_open = truth("open");
  m.is_wanted = truth("wanted");
  m.is_ordered = truth("ordered");
  m.is_paused = truth("paused");
  m.failures = static_cast<std::uint64_t>(number("failures").value_or(0));
  m.attempts = static_cast<std::uint64_t>(number("attempts").value_or(0));
  if (number("last_complete")) {
    p.last_complete = moment("last_complete");
  }
  p.planner = sync_planner(p.file.rules, m, now());
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
    one.is_paused = p->planner.memory().is_paused;
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
