#include "serve/service.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/log_output.hpp"
#include "serve/orphans.hpp"

namespace ingest::app {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The calendar's clock may be put at any time, so no wait for it is longer.
constexpr seconds longest_wait(20);

clock_reading now() {
  return {std::chrono::floor<seconds>(std::chrono::system_clock::now()),
          std::chrono::floor<seconds>(std::chrono::steady_clock::now().time_since_epoch())};
}

detail::descriptor locked_state(const std::filesystem::path& state) {
  if (const std::string problem = make_private_directory(state); !problem.empty()) {
    throw error(errc::config, "the service cannot keep its state in " + state.string() + ": " + problem +
                                  "; name another directory with --state");
  }
  const std::filesystem::path path = state / service_lock;
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

/// As many files as the system lets us have: three for each sync that runs.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace

service::service(service_options options)
    : options_(std::move(options)),
      lock_(locked_state(options_.state)),
      signals_(watched()),
      place_{options_.program, options_.state, [this] { return running_processes(); }} {
  if (signals_.fd() < 0) {
    throw error(errc::io, std::string("the service gets no descriptors: ") + std::strerror(errno));
  }
  adopt_orphans();
  raise_descriptor_limit();
  log::wait_for_readers(std::chrono::milliseconds(0));
  began_ = now().wall;
  apply(read_pipelines(options_.folder, options_.state, options_.origins, options_.most_memory));
}

service::~service() = default;

int service::run() {
  log::info(events::service_started, "pipelines that can be used: " + std::to_string(pipelines_.size()),
            {{"folder", options_.folder.string()}, {"state", options_.state.string()}});
  notice_.ready(in_a_line());
  while (!has_ended_) {
    watch_once();
  }
  questions_.close();
  questions_.answer_all();
  for (const auto& [name, p] : pipelines_) {
    p->save_at_the_end();
  }
  log::info(events::service_ended, "all syncs have ended");
  return 0;
}

void service::watch_once() {
  // One at a time, so that many that are due at a moment keep nobody from being heard.
  const bool more = !is_stopping_ && begin_due_sync();
  wait_and_take(quiet_ms(more));
  take_signals();
  reap_syncs();
  questions_.answer_all();
  notice_.alive(in_a_line());
  has_ended_ = is_stopping_ && std::none_of(pipelines_.begin(), pipelines_.end(), [](const auto& p) {
                 return p.second->runs() || p.second->teller().is_busy();
               });
}

int service::quiet_ms(bool more_to_begin) const {
  seconds quiet = more_to_begin ? seconds(0) : longest_wait;
  const clock_reading at = now();
  for (const auto& [name, p] : pipelines_) {
    if (!is_stopping_ || p->runs() || p->teller().is_busy()) {
      quiet = std::min(quiet, p->quiet_for(at).value_or(quiet));
    }
  }
  // What is due within the second that runs is due at its end.
  const milliseconds wait = more_to_begin ? milliseconds(0) : std::max<milliseconds>(quiet, milliseconds(100));
  return static_cast<int>(std::min(wait, notice_.longest_wait().value_or(wait)).count());
}

void service::wait_and_take(int timeout_ms) {
  std::vector<pollfd> watched = {{signals_.fd(), POLLIN, 0}, {questions_.descriptor(), POLLIN, 0}};
  std::vector<running_sync*> of = {nullptr, nullptr};
  for (const auto& [name, p] : pipelines_) {
    for (const int fd : p->runs() ? p->sync().descriptors() : std::array<int, 3>{-1, -1, -1}) {
      if (fd >= 0) {
        watched.push_back({fd, POLLIN, 0});
        of.push_back(&p->sync());
      }
    }
  }
  if (::poll(watched.data(), watched.size(), timeout_ms) <= 0) {
    return;
  }
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (of[i] != nullptr && watched[i].revents != 0) {
      of[i]->take(watched[i].fd);
    }
  }
}

void service::take_signals() {
  signalfd_siginfo taken{};
  while (::read(signals_.fd(), &taken, sizeof taken) == static_cast<ssize_t>(sizeof taken)) {
    const int number = static_cast<int>(taken.ssi_signo);
    if (number == SIGHUP && !is_stopping_) {
      notice_.reloading();
      reload();
      notice_.ready(in_a_line());
    } else if (number == SIGTERM || number == SIGINT) {
      begin_stopping(is_stopping_);
    }
    child_has_ended_ = child_has_ended_ || number == SIGCHLD;
  }
}

void service::begin_stopping(bool at_once) {
  log::info(events::signal_received,
            at_once ? "killing what still runs" : "stopping all syncs in order; a second signal kills them");
  is_stopping_ = true;
  notice_.stopping(in_a_line());
  for (const auto& [name, p] : pipelines_) {
    if (p->runs()) {
      at_once ? p->sync().kill() : p->sync().stop(stop_reason::shutdown, now());
    }
    at_once ? p->teller().kill() : p->teller().stop(options_.stop_patience, now());
  }
}

/// As `systemctl status` shows it: "3 pipelines, 1 sync runs, 2 fail, 1 file refused".
std::string service::in_a_line() const {
  const auto number_of = [this](auto is) { return std::count_if(pipelines_.begin(), pipelines_.end(), is); };
  const auto counted = [](std::int64_t n, const char* one, const char* many) {
    return std::to_string(n) + (n == 1 ? one : many);
  };
  const auto running = number_of([](const auto& p) { return p.second->runs(); });
  const auto failing = number_of([](const auto& p) { return p.second->failures() > 0; });
  const auto refused = static_cast<std::int64_t>(refused_.size());
  return counted(static_cast<std::int64_t>(pipelines_.size()), " pipeline, ", " pipelines, ") +
         counted(running, " sync runs", " syncs run") +
         (failing > 0 ? ", " + counted(failing, " fails", " fail") : "") +
         (refused > 0 ? ", " + counted(refused, " file refused", " files refused") : "") +
         (folder_problem_.empty() ? "" : ", the folder cannot be read");
}

std::string service::hindrance_of(const hosted_pipeline& p) const {
  std::uint64_t syncs = 0;
  std::uint64_t connections = 0;
  std::uint64_t memory = 0;
  for (const auto& [name, other] : pipelines_) {
    syncs += other->runs() ? 1 : 0;
    connections += other->runs() ? other->connections() : 0;
    memory += other->runs() ? other->memory() : 0;
  }
  if (options_.most_syncs > 0 && syncs >= options_.most_syncs) {
    return std::to_string(syncs) + " syncs run, which is as many as may";
  }
  // One that wants more than all runs alone.
  if (options_.most_connections > 0 && syncs > 0 && connections + p.connections() > options_.most_connections) {
    return std::to_string(connections) + " of " + std::to_string(options_.most_connections) +
           " connections are taken, and it needs " + std::to_string(p.connections());
  }
  if (options_.most_memory > 0 && memory + p.memory() > options_.most_memory) {
    return in_mib(memory) + " of " + in_mib(options_.most_memory) + " MiB of memory are taken, and it needs " +
           in_mib(p.memory());
  }
  return {};
}

/// True where another one may begin at once.
bool service::begin_due_sync() {
  const clock_reading at = now();
  for (const auto& [name, p] : pipelines_) {
    const bool wants = p->wants_to_begin(at);
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
  pipelines_.at(waiting_.front())->begin(at);
  waiting_.pop_front();
  return !waiting_.empty();
}

std::set<pid_t> service::running_processes() const {
  std::set<pid_t> running;
  for (const auto& [name, p] : pipelines_) {
    if (p->runs()) {
      running.insert(p->sync().pid());
    }
    running.insert(p->teller().pid());
  }
  return running;
}

void service::reap_syncs() {
  const clock_reading at = now();
  for (const auto& [name, p] : pipelines_) {
    p->reap(at);
    p->go_on_telling(at);
    p->hold_to_limits(options_.stop_patience, at);
  }
  if (child_has_ended_) {
    child_has_ended_ = false;
    reap_orphans(running_processes());
  }
  std::erase_if(pipelines_, [this](const auto& p) {
    const bool goes = p.second->leaves() && !p.second->runs() && !p.second->teller().is_busy();
    if (goes) {
      forget_connection(options_.state, p.first);
    }
    return goes;
  });
}

void service::reload() {
  std::map<std::string, pipeline_identity> there;
  for (const auto& [name, p] : pipelines_) {
    if (!p->leaves()) {
      there.emplace(name, identity_of(p->file()));
    }
  }
  try {
    apply(read_pipelines(options_.folder, options_.state, options_.origins, options_.most_memory, there));
    folder_problem_.clear();
  } catch (const error& e) {
    folder_problem_ = log::redact(e.what());
    log::error(events::pipeline_refused, folder_problem_ + "; all goes on as it was");
  }
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
    if (const auto there = pipelines_.find(name); there != pipelines_.end()) {
      there->second->change(std::move(file), at);
      continue;
    }
    log::info(events::pipeline_added, "schedule: " + file.rules.when.text(), {{"pipeline", name}});
    pipelines_.emplace(name, std::make_unique<hosted_pipeline>(std::move(file), place_, at));
  }
  for (const auto& [name, p] : pipelines_) {
    if (!found.pipelines.contains(name) && !found.refused.contains(name) && !p->leaves()) {
      log::info(events::pipeline_removed, "its file has gone", {{"pipeline", name}});
      p->leave(at);
    }
  }
  refused_ = std::move(found.refused);
}

std::optional<service::order_answer> service::order(const std::string& name, verb what) {
  const auto found = pipelines_.find(name);
  if (found == pipelines_.end()) {
    return std::nullopt;
  }
  const std::string problem = carry_out(*found->second, what);
  return order_answer{problem, found->second->unsaved()};
}

std::string service::carry_out(hosted_pipeline& p, verb what) {
  switch (what) {
    case verb::start:
      return is_stopping_ ? "the service is about to end" : p.start();
    case verb::stop:
      return p.stop(now());
    case verb::pause:
    case verb::resume:
      return p.pause(what == verb::pause);
  }
  return {};
}

service_status service::status() const {
  const clock_reading at = now();
  service_status all;
  all.now = at.wall;
  all.began = began_;
  all.is_stopping = is_stopping_;
  all.refused = refused_;
  all.folder_problem = folder_problem_;
  for (const auto& [name, p] : pipelines_) {
    pipeline_status one = p->status(at);
    if (!p->runs() && std::find(waiting_.begin(), waiting_.end(), name) != waiting_.end()) {
      one.state = pipeline_state::waiting;
      one.waits_for = hindrance_of(*p);
      one.waits_for = one.waits_for.empty() ? "others that were due before it" : one.waits_for;
    }
    all.pipelines.push_back(std::move(one));
  }
  return all;
}

}  // namespace ingest::app
