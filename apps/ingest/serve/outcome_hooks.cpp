#include "serve/outcome_hooks.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>

#include "ingest/error.hpp"
#include "ingest/http_client.hpp"
#include "ingest/log.hpp"
#include "ingest/stop.hpp"
#include "json_text.hpp"
#include "log/event_names.hpp"
#include "processes/child_pipes.hpp"
#include "serve/child_environment.hpp"
#include "serve/running_sync.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

using std::chrono::seconds;

/// Of what a command writes.
constexpr std::size_t most_kept = 4096;
/// Before a webhook that does not answer is asked again.
constexpr std::array pauses = {seconds(1), seconds(5), seconds(25)};

bool is_url(std::string_view hook) {
  return hook.starts_with("https://") || hook.starts_with("http://");
}

std::string in_words(const outcome_news& n) {
  switch (n.event) {
    case told_event::complete:
      return "the sync of " + n.pipeline + " is complete";
    case told_event::recovery:
      return n.pipeline + " is well again: its sync is complete";
    case told_event::failure:
      break;
  }
  return n.pipeline + " fails, " + std::to_string(n.failures) + (n.failures == 1 ? " time: " : " times in a row: ") +
         n.end.error;
}

std::string last_line(std::string_view text) {
  const std::size_t end = text.find_last_not_of("\n\r ");
  if (end == std::string_view::npos) {
    return {};
  }
  const std::size_t line = text.find_last_of('\n', end);
  return std::string(text.substr(line == std::string_view::npos ? 0 : line + 1, end + 1));
}

}  // namespace

/// How it went, once it has ended; empty: it was heard.
class running_hook {
 public:
  virtual ~running_hook() = default;
  virtual std::optional<std::string> end() = 0;
  virtual void stop() = 0;
  virtual pid_t pid() const { return 0; }
  virtual std::array<int, 2> descriptors() const { return {-1, -1}; }
  virtual void take(int) {}
};

namespace {

class running_command final : public running_hook {
 public:
  running_command(const std::string& command, const std::string& directory, const outcome_news& news) {
    processes::child_surroundings in;
    in.directory = directory;
    in.environment = service_environment({{"INGEST_EVENT", std::string(name_of(news.event))},
                                          {"INGEST_PIPELINE", news.pipeline},
                                          {"INGEST_OUTCOME", std::string(name_of(news.end.outcome))},
                                          {"INGEST_EXIT_CODE", std::to_string(news.end.exit_code)},
                                          {"INGEST_ERROR", news.end.error},
                                          {"INGEST_FAILURES", std::to_string(news.failures)},
                                          {"INGEST_SECONDS", std::to_string(news.end.took_s)},
                                          {"INGEST_NEWS", json_of(news)}});
    child_ = processes::start_child({"/bin/sh", "-c", command}, in);
  }

  ~running_command() override {
    if (!has_ended_) {
      ::kill(-child_.pid, SIGKILL);
      ::waitpid(child_.pid, nullptr, 0);
    }
    close(child_.out);
    close(child_.err);
  }

  std::optional<std::string> end() override {
    if (!processes::child_has_ended(child_.pid)) {
      return std::nullopt;
    }
    take(child_.out);
    take(child_.err);
    const auto how = processes::reap_child(child_.pid);
    if (!how) {
      return std::nullopt;
    }
    has_ended_ = true;
    const std::string said = last_line(written_);
    return how->in_order() ? "" : "it " + processes::to_string(*how) + (said.empty() ? "" : ": " + said);
  }

  void stop() override { ::kill(-child_.pid, SIGTERM); }
  pid_t pid() const override { return child_.pid; }
  std::array<int, 2> descriptors() const override { return {child_.out, child_.err}; }

  void take(int descriptor) override {
    std::array<char, 4096> piece;
    for (int* const fd : {&child_.out, &child_.err}) {
      if (*fd != descriptor || *fd < 0) {
        continue;
      }
      constexpr int most_pieces = 16;  // one that talks without end does not keep the service from the others
      for (int i = 0; i < most_pieces; ++i) {
        const ssize_t got = ::read(*fd, piece.data(), piece.size());
        if (got > 0) {
          written_.append(piece.data(), static_cast<std::size_t>(got));
          written_.erase(0, written_.size() - std::min(written_.size(), most_kept));
        } else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
          close(*fd);
          break;
        } else {
          break;
        }
      }
    }
  }

 private:
  static void close(int& fd) {
    if (fd >= 0) {
      ::close(fd);
    }
    fd = -1;
  }

  processes::child_pipes child_;
  std::string written_;
  bool has_ended_ = false;
};

class running_webhook final : public running_hook {
 public:
  running_webhook(std::string url, const outcome_news& news)
      : thread_([this, url = std::move(url), body = json_of(news)](const std::stop_token& stop) {
          problem_ = problem_of(url, body, stop);
          is_done_ = true;
        }) {}

  std::optional<std::string> end() override { return is_done_ ? std::optional(problem_) : std::nullopt; }

  void stop() override { thread_.request_stop(); }

 private:
  static std::string problem_of(const std::string& url, const std::string& body, const std::stop_token& stop) {
    std::string problem;
    try {
      http_client_options options;
      options.request_timeout = std::chrono::seconds(30);
      options.max_body_bytes = 64u << 10;
      options.user_agent = "ingest";
      http_client client(options);
      for (std::size_t i = 0; i <= pauses.size(); ++i) {
        if (i > 0 && !wait_for(pauses[i - 1], stop)) {
          break;
        }
        const http_result& r =
            client.perform({http_request::method::post, url, {{"Content-Type", "application/json"}}, body}, stop);
        problem = r.failure                           ? r.failure->message
                  : r.status >= 200 && r.status < 300 ? ""
                                                      : "it answers " + std::to_string(r.status);
        const bool may_pass =
            r.failure ? r.failure->what != transport_failure::kind::certificate : r.status == 429 || r.status >= 500;
        if (problem.empty() || !may_pass) {
          break;
        }
      }
    } catch (const std::exception& e) {
      problem = e.what();
    }
    return problem;
  }

  std::string problem_;
  std::atomic<bool> is_done_{false};
  std::jthread thread_;  ///< last: it uses the others
};

}  // namespace

std::string_view name_of(told_event e) {
  return e == told_event::complete ? "complete" : e == told_event::failure ? "failure" : "recovery";
}

std::string json_of(const outcome_news& n) {
  const auto moment = [](wall_time t) { return detail::date_of(t.time_since_epoch().count()); };
  dense_json to;
  to.json.StartObject();
  to.put("event", name_of(n.event));
  to.put("text", in_words(n));
  to.put("pipeline", n.pipeline);
  to.put("outcome", name_of(n.end.outcome));
  to.put_number("exit_code", static_cast<std::uint64_t>(n.end.exit_code));
  to.put("error", n.end.error);
  to.put_number("failures", n.failures);
  to.put("began", moment(n.end.began));
  to.put("ended", moment(n.end.ended));
  to.key("seconds");
  to.json.Double(n.end.took_s);
  to.key("next_begin");
  n.next_begin ? to.put(moment(*n.next_begin)) : void(to.json.Null());
  to.json.EndObject();
  return to.text();
}

outcome_teller::outcome_teller() = default;
outcome_teller::~outcome_teller() = default;
outcome_teller::outcome_teller(outcome_teller&&) noexcept = default;
outcome_teller& outcome_teller::operator=(outcome_teller&&) noexcept = default;

void outcome_teller::tell(const outcome_hooks& hooks, outcome_news news, const std::string& directory) {
  const std::string& hook = hooks.of(news.event);
  if (hook.empty() || is_stopped_) {
    return;
  }
  const told_event event = news.event;
  std::erase_if(waiting_, [event](const order& o) { return o.news.event == event; });
  waiting_.push_back({std::move(news), hook, hooks.timeout, directory});
}

void outcome_teller::begin(const clock_reading& now) {
  const order& o = waiting_.front();
  began_ = now.steady;
  if (is_url(o.hook)) {
    running_ = std::make_unique<running_webhook>(o.hook, o.news);
  } else {
    running_ = std::make_unique<running_command>(o.hook, o.directory, o.news);
  }
}

std::optional<told_event> outcome_teller::go_on(const clock_reading& now) {
  if (waiting_.empty()) {
    return std::nullopt;
  }
  std::optional<std::string> problem;
  try {
    if (!running_) {
      begin(now);
    }
    problem = running_->end();
    if (!problem && now.steady - began_ >= waiting_.front().timeout) {
      problem = "it was not done after " + std::to_string(waiting_.front().timeout.count()) + " s";
    }
  } catch (const std::exception& e) {
    problem = e.what();
  }
  if (!problem) {
    return std::nullopt;
  }
  running_.reset();
  const outcome_news news = std::move(waiting_.front().news);
  waiting_.pop_front();
  const std::string name = "on_" + std::string(name_of(news.event));
  if (problem->empty()) {
    log::info(events::hook_told, name + " has been told", {{"pipeline", news.pipeline}});
    return news.event;
  }
  ++failures_;
  log::warning(events::hook_failed, name + " was not heard: " + quotable(*problem), {{"pipeline", news.pipeline}});
  return std::nullopt;
}

void outcome_teller::stop(seconds patience, const clock_reading& now) {
  is_stopped_ = true;
  if (!running_) {
    waiting_.clear();
    return;
  }
  waiting_.erase(waiting_.begin() + 1, waiting_.end());
  waiting_.front().timeout = now.steady - began_ + patience;
  running_->stop();
}

void outcome_teller::kill() {
  is_stopped_ = true;
  running_.reset();
  waiting_.clear();
}

pid_t outcome_teller::pid() const {
  return running_ ? running_->pid() : 0;
}

std::array<int, 2> outcome_teller::descriptors() const {
  return running_ ? running_->descriptors() : std::array{-1, -1};
}

void outcome_teller::take(int descriptor) {
  if (running_) {
    running_->take(descriptor);
  }
}

}  // namespace ingest::app
