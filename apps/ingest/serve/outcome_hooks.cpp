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
/// Before what was not heard is told again.
constexpr seconds until_again(300);
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
};

namespace {

class running_command final : public running_hook {
 public:
  running_command(const std::string& command, bool may_hold_secrets, const std::string& directory,
                  const outcome_news& news)
      : may_hold_secrets_(may_hold_secrets) {
    processes::child_surroundings in;
    in.directory = directory;
    in.environment = service_environment({{"INGEST_HOOK", command},
                                          {"INGEST_EVENT", std::string(name_of(news.event))},
                                          {"INGEST_PIPELINE", news.pipeline},
                                          {"INGEST_OUTCOME", std::string(name_of(news.end.outcome))},
                                          {"INGEST_EXIT_CODE", std::to_string(news.end.exit_code)},
                                          {"INGEST_ERROR", news.end.error},
                                          {"INGEST_FAILURES", std::to_string(news.failures)},
                                          {"INGEST_SECONDS", std::to_string(news.end.took_s)},
                                          {"INGEST_NEWS", json_of(news)}});
    // Its words are everybody's to read, its environment is not.
    child_ = processes::start_child({"/bin/sh", "-c", "eval \"$INGEST_HOOK\""}, in);
  }

  /// Whoever reaps what the service does not know of reaps it.
  ~running_command() override {
    if (!has_ended_) {
      ::kill(-child_.pid, SIGKILL);
    }
    close(child_.out);
    close(child_.err);
  }

  std::optional<std::string> end() override {
    const bool is_over = processes::child_has_ended(child_.pid);
    take(child_.out);
    take(child_.err);
    const auto how = is_over ? processes::reap_child(child_.pid) : std::nullopt;
    if (!how) {
      return std::nullopt;
    }
    has_ended_ = true;
    const std::string said = may_hold_secrets_ ? "" : last_line(written_);
    return how->in_order() ? "" : "it " + processes::to_string(*how) + (said.empty() ? "" : ": " + said);
  }

  void stop() override { ::kill(-child_.pid, SIGTERM); }
  pid_t pid() const override { return child_.pid; }

 private:
  /// One that talks without end waits for the next second.
  void take(int& fd) {
    std::array<char, 1 << 16> piece;
    constexpr int most_pieces = 16;
    for (int i = 0; fd >= 0 && i < most_pieces; ++i) {
      const ssize_t got = ::read(fd, piece.data(), piece.size());
      if (got > 0) {
        written_.append(piece.data(), static_cast<std::size_t>(got));
        written_.erase(0, written_.size() - std::min(written_.size(), most_kept));
      } else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        close(fd);
      } else {
        return;
      }
    }
  }

  static void close(int& fd) {
    if (fd >= 0) {
      ::close(fd);
    }
    fd = -1;
  }

  const bool may_hold_secrets_;
  processes::child_pipes child_;
  std::string written_;
  bool has_ended_ = false;
};

class running_webhook final : public running_hook {
 public:
  running_webhook(std::string url, std::string ca_file, const outcome_news& news)
      : thread_([this, url = std::move(url), ca_file = std::move(ca_file),
                 body = json_of(news)](const std::stop_token& stop) {
          problem_ = problem_of(url, ca_file, body, pauses_.get_token(), stop);
          is_done_ = true;
        }) {}

  ~running_webhook() override { stop(); }

  std::optional<std::string> end() override { return is_done_ ? std::optional(problem_) : std::nullopt; }

  /// An answer may still come; it is not asked again.
  void stop() override { pauses_.request_stop(); }

 private:
  static std::string problem_of(const std::string& url, const std::string& ca_file, const std::string& body,
                                const std::stop_token& ending, const std::stop_token& stop) {
    std::string problem;
    try {
      http_client_options options;
      options.request_timeout = std::chrono::seconds(30);
      options.max_body_bytes = most_kept;  // nobody reads it
      options.user_agent = "ingest";
      options.ca_file = ca_file;
      http_client client(options);
      for (std::size_t i = 0; i <= pauses.size(); ++i) {
        if (i > 0 && !wait_for(pauses[i - 1], ending)) {
          break;
        }
        const http_result& r =
            client.perform({http_request::method::post, url, {{"Content-Type", "application/json"}}, body}, stop);
        const int status = r.status_that_came();  // whatever becomes of its body
        problem = status == 0                     ? r.failure->message
                  : status >= 200 && status < 300 ? ""
                                                  : "it answers " + std::to_string(status);
        const bool may_pass = status == 0 ? r.failure->what == transport_failure::kind::connection ||
                                                r.failure->what == transport_failure::kind::timeout
                                          : status == 429 || status >= 500;
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
  std::stop_source pauses_;
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

void outcome_teller::tell(const outcome_hooks& hooks, outcome_news news, const std::string& directory) {
  if (hooks.of(news.event).empty() || is_told_now(news)) {
    return;
  }
  order what{std::move(news), hooks, directory};
  const auto unheard = again_.find(what.news.event);
  if (unheard != again_.end() && unheard->second.what.news.streak == what.news.streak) {
    unheard->second.what = std::move(what);  // five minutes are five minutes, however many syncs there are meanwhile
    return;
  }
  again_.erase(what.news.event);
  std::erase_if(waiting_, [&what](const order& o) { return o.news.event == what.news.event; });
  waiting_.push_back(std::move(what));
}

/// Each complete sync is told; a failure and a recovery once for each streak.
bool outcome_teller::is_told_now(const outcome_news& news) const {
  return running_ && !is_withdrawn_ && news.event != told_event::complete && told_.news.event == news.event &&
         told_.news.streak == news.streak;
}

unheard_news outcome_teller::unheard() const {
  unheard_news all;
  if (running_ && !is_withdrawn_) {
    all[told_.news.event] = told_.news;
  }
  for (const auto& [event, what] : again_) {
    all[event] = what.what.news;
  }
  for (const order& o : waiting_) {
    all[o.news.event] = o.news;
  }
  return all;
}

void outcome_teller::change(const outcome_hooks& hooks) {
  problem_.clear();
  told_.hooks = hooks;
  std::erase_if(waiting_, [&hooks](const order& o) { return hooks.of(o.news.event).empty(); });
  for (order& o : waiting_) {
    o.hooks = hooks;
  }
  std::erase_if(again_, [&hooks](const auto& unheard) { return hooks.of(unheard.first).empty(); });
  for (auto& [event, unheard] : again_) {
    unheard.what.hooks = hooks;
    unheard.at = std::chrono::seconds(0);  // what was wrong may be mended
  }
}

void outcome_teller::withdraw(told_event event) {
  std::erase_if(waiting_, [event](const order& o) { return o.news.event == event; });
  again_.erase(event);
  is_withdrawn_ = is_withdrawn_ || (running_ && told_.news.event == event);
}

bool outcome_teller::has_waiting(told_event event) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [event](const order& o) { return o.news.event == event; });
}

void outcome_teller::begin(const clock_reading& now) {
  told_ = std::move(waiting_.front());
  waiting_.pop_front();
  is_withdrawn_ = false;
  began_ = now.steady;
  timeout_ = told_.hooks.timeout;
  const std::string& hook = told_.hooks.of(told_.news.event);
  try {
    if (is_url(hook)) {
      running_ = std::make_unique<running_webhook>(hook, told_.hooks.ca_file, told_.news);
    } else {
      running_ = std::make_unique<running_command>(hook, told_.hooks.may_hold_secrets, told_.directory, told_.news);
    }
  } catch (const std::exception& e) {
    was_not_heard(e.what(), now);
  }
}

void outcome_teller::was_not_heard(const std::string& why, const clock_reading& now) {
  ++failures_;
  const bool is_wanted = !told_.hooks.of(told_.news.event).empty();  // it may have been taken out meanwhile
  const bool again = told_.news.event != told_event::complete && is_wanted && !is_withdrawn_;
  problem_ = "on_" + std::string(name_of(told_.news.event)) + " was not heard: " + log::redact(quotable(why));
  log::warning(events::hook_failed, problem_,
               {{"pipeline", told_.news.pipeline}, {"again_in_s", again && !is_stopped_ ? until_again.count() : -1}});
  const bool is_latest = !has_waiting(told_.news.event) && !is_withdrawn_;
  if (is_stopped_ && is_wanted && is_latest) {
    waiting_.push_front(std::move(told_));  // it was asked to end: the next service tells it
  } else if (again && is_latest) {
    const told_event event = told_.news.event;
    again_[event] = {std::move(told_), now.steady + until_again};
  }
}

std::optional<outcome_news> outcome_teller::go_on(const clock_reading& now) {
  std::optional<outcome_news> heard;
  if (running_) {
    std::optional<std::string> problem = running_->end();
    if (!problem && now.steady - began_ >= timeout_) {
      problem = "it was not done after " + std::to_string(timeout_.count()) + " s";
    }
    if (!problem) {
      return std::nullopt;
    }
    running_.reset();
    if (problem->empty()) {
      log::info(events::hook_told, "on_" + std::string(name_of(told_.news.event)) + " has been told",
                {{"pipeline", told_.news.pipeline}});
      problem_.clear();
      heard = std::move(told_.news);
    } else {
      was_not_heard(*problem, now);
    }
  }
  if (is_stopped_) {
    return heard;
  }
  std::erase_if(again_, [&](auto& unheard) {
    const bool is_due = now.steady >= unheard.second.at;
    if (is_due) {
      waiting_.push_front(std::move(unheard.second.what));
    }
    return is_due;
  });
  if (!running_ && !waiting_.empty()) {
    begin(now);
  }
  return heard;
}

void outcome_teller::stop(seconds patience, const clock_reading& now) {
  is_stopped_ = true;
  if (running_) {
    timeout_ = now.steady - began_ + patience;
    running_->stop();
  }
}

void outcome_teller::kill() {
  is_stopped_ = true;
  if (running_ && !is_withdrawn_ && !has_waiting(told_.news.event)) {
    waiting_.push_front(std::move(told_));
  }
  running_.reset();
}

pid_t outcome_teller::pid() const {
  return running_ ? running_->pid() : 0;
}

}  // namespace ingest::app
