#include "telemetry/otlp_sender.hpp"

#include <pthread.h>
#include <rapidjson/document.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "http/retry_after.hpp"
#include "ingest/log.hpp"
#include "ingest/version.hpp"
#include "log/event_names.hpp"
#include "log/quotable.hpp"

namespace ingest::app {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause = std::chrono::seconds(1);
constexpr milliseconds longest_pause = std::chrono::seconds(30);
/// A collector may ask for more; then it gets what there is by then.
constexpr milliseconds longest_retry_after = std::chrono::minutes(5);
/// Of a collector that is down, which must not cost each command its whole timeout.
constexpr std::uint64_t most_tries_at_the_end = 2;
constexpr auto between_complaints = std::chrono::minutes(5);

/// The thread is there before the run blocks the signals that it watches for, and must not be the one that gets them.
class without_signals {
 public:
  without_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~without_signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  without_signals(const without_signals&) = delete;
  without_signals& operator=(const without_signals&) = delete;

 private:
  sigset_t before_{};
};

constexpr std::string_view hidden = "…";

/// Of a URL, whose path and user may be secret. Where an "@" stands behind what ends the authority, that may have ended
/// in the midst of a password.
std::string place_of_url(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", host), url.size());
  if (url.find('@', end) != std::string::npos) {
    return url.substr(0, host) + std::string(hidden);
  }
  const std::string authority = url.substr(host, end - host);
  return url.substr(0, host) + authority.substr(authority.rfind('@') + 1);
}

bool may_pass(const http_result& r) {
  const int status = r.status_that_came();
  if (status == 0) {
    return r.failure->what == transport_failure::kind::connection ||
           r.failure->what == transport_failure::kind::timeout;
  }
  return status == 429 || status == 502 || status == 503 || status == 504;
}

std::string advice_for(const http_result& r) {
  const int status = r.status_that_came();
  if (status == 0) {
    return r.failure->what == transport_failure::kind::certificate
               ? "see OTEL_EXPORTER_OTLP_CERTIFICATE"
               : "see whether a collector listens there, for HTTP and not gRPC";
  }
  switch (status) {
    case 401:
    case 403:
      return "see OTEL_EXPORTER_OTLP_HEADERS";
    case 404:
    case 405:
      return "see the path of the endpoint: /v1/traces and /v1/metrics are added to OTEL_EXPORTER_OTLP_ENDPOINT only";
    case 415:
      return "it takes no JSON: put an OpenTelemetry Collector in between";
    default:
      return may_pass(r) ? "it is sent again" : "this is not sent again";
  }
}

/// A response's members; null where it is no JSON.
rapidjson::Document parsed(const std::string& body) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (json.HasParseError() || !json.IsObject()) {
    json.SetNull();
  }
  return json;
}

std::string text_in(const rapidjson::Value& object, const char* key) {
  const bool there = object.IsObject() && object.HasMember(key) && object[key].IsString();
  return there ? object[key].GetString() : "";
}

std::string problem_of(const http_result& r, bool may_name_host) {
  const int status = r.status_that_came();
  if (status == 0) {
    return may_name_host ? r.failure->message : "it cannot be reached";
  }
  const std::string why = r.failure ? "" : text_in(parsed(r.body), "message");
  return "it answers " + std::to_string(status) + (why.empty() ? "" : ", " + detail::quotable(why));
}

/// Numbers of 64 bits are texts in Protobuf's JSON, and may be numbers.
std::uint64_t number_in(const rapidjson::Value& object, const char* key) {
  const std::string text = text_in(object, key);
  const bool is_number = object.HasMember(key) && object[key].IsUint64();
  return is_number ? object[key].GetUint64() : std::strtoull(text.c_str(), nullptr, 10);
}

/// Grows, and differs from process to process, so that a collector that comes back is not asked by all at once.
milliseconds backoff(std::uint64_t failures) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const std::uint64_t doublings = std::min<std::uint64_t>(failures - 1, 5);
  const milliseconds most = std::min(first_pause * (1 << doublings), longest_pause);
  return milliseconds(std::uniform_int_distribution<milliseconds::rep>(most.count() / 2, most.count())(random));
}

milliseconds wait_before_again(const http_result& r, std::uint64_t failures) {
  const auto asked = r.status_that_came() == 0 ? std::nullopt : r.header("Retry-After");
  const auto wait = asked ? parse_retry_after(*asked, std::chrono::system_clock::now()) : std::nullopt;
  // "At once", or a moment that has passed, is no wait at all, and would be asked for again and again.
  return wait && *wait >= first_pause ? std::min(*wait, longest_retry_after)
         : wait                       ? std::max(backoff(failures), first_pause)
                                      : backoff(failures);
}

}  // namespace

otlp_sender::otlp_sender(signal s, otlp_target to)
    : signal_(std::move(s)), to_(std::move(to)), place_(place_of_url(to_.url)) {
  const without_signals blocked;
  thread_ = std::thread([this] { run(); });
}

otlp_sender::~otlp_sender() {
  begin_finish();
  cut();
  thread_.join();
}

void otlp_sender::cut() {
  const std::lock_guard lock(mutex_);
  cut_.request_stop();
  changed_.notify_all();
}

void otlp_sender::wake() {
  const std::lock_guard lock(mutex_);
  is_woken_ = true;
  changed_.notify_all();
}

void otlp_sender::begin_finish() {
  const std::lock_guard lock(mutex_);
  if (!is_finishing_) {
    is_finishing_ = true;
    last_moment_ = clock::now() + to_.timeout;
    changed_.notify_all();
  }
}

void otlp_sender::finish(const std::stop_token& stop) {
  begin_finish();
  {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, last_moment_, [this] { return has_ended_; });
  }
  cut();
}

void otlp_sender::run() {
  try {
    http_client_options options;
    options.connect_timeout = to_.timeout;
    options.request_timeout = to_.timeout;
    options.max_body_bytes = 64u << 10;
    options.user_agent = "ingest/" + std::string(version());
    options.ca_file = to_.ca_file;
    http_client client(options);
    for (bool is_last = false; !is_last;) {
      {
        std::unique_lock lock(mutex_);
        const auto is_due = [this] { return is_woken_ || is_finishing_; };
        signal_.every ? void(changed_.wait_for(lock, *signal_.every, is_due)) : changed_.wait(lock, is_due);
        is_woken_ = false;
        is_last = is_finishing_;
      }
      deliver(client);
    }
  } catch (const std::exception& e) {
    tell_problem(e.what());
  }
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  changed_.notify_all();
}

/// Until it is delivered, or will not be.
void otlp_sender::deliver(http_client& client) {
  for (std::uint64_t tries = 1;; ++tries) {
    const std::string body = signal_.body();
    if (body.empty() || cut_.stop_requested()) {
      return;
    }
    http_request request{http_request::method::post, to_.url, to_.headers, body};
    request.headers.push_back({"Content-Type", "application/json"});
    const http_result* answer = nullptr;
    try {
      answer = &client.perform(request, cut_.get_token());
    } catch (const error& e) {
      tell_problem(e.code() == errc::cancelled ? "no answer has come when the command was at its end" : e.what());
      signal_.settled();
      return;
    }
    const int status = answer->status_that_came();
    if (status >= 200 && status < 300) {
      take_answer(*answer);
      signal_.settled();
      return;
    }
    tell_problem(problem_of(*answer, !place_.ends_with(hidden)) + "; " + advice_for(*answer));
    if (!may_pass(*answer)) {
      signal_.settled();
      return;
    }
    if (!pause(wait_before_again(*answer, failures_), tries)) {
      return;
    }
  }
}

/// False where there is no time for that any more.
bool otlp_sender::pause(milliseconds wait, std::uint64_t tries) {
  const auto until = clock::now() + wait;
  const auto is_cut = [this] { return cut_.stop_requested(); };
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [this, &is_cut] { return is_finishing_ || is_cut(); });
  const bool is_too_late = is_finishing_ && (until >= last_moment_ || tries >= most_tries_at_the_end);
  return !is_too_late && !changed_.wait_until(lock, until, is_cut);
}

void otlp_sender::take_answer(const http_result& answer) {
  if (failures_ > 0) {
    log::info(events::telemetry_sent_again, signal_.name + " are sent to " + place_ + " again",
              {{"failures", failures_}});
    failures_ = 0;
    told_.reset();
  }
  const rapidjson::Document json = parsed(answer.failure ? "" : answer.body);
  if (!json.IsObject() || !json.HasMember("partialSuccess") || !json["partialSuccess"].IsObject()) {
    return;
  }
  const rapidjson::Value& partial = json["partialSuccess"];
  const std::uint64_t rejected = number_in(partial, signal_.rejected_field.c_str());
  const std::string why = text_in(partial, "errorMessage");
  const bool is_due = !refused_ || clock::now() - *refused_ >= between_complaints;
  if (is_due && (rejected > 0 || !why.empty())) {
    refused_ = clock::now();
    log::warning(events::telemetry_refused,
                 place_ + " has not taken " + std::to_string(rejected) + " of the " + signal_.name +
                     (why.empty() ? "" : ": " + detail::quotable(why)) + ". They are not sent again",
                 {{"signal", signal_.name}, {"rejected", rejected}});
  }
}

void otlp_sender::tell_problem(const std::string& what) {
  ++failures_;
  const auto now = clock::now();
  if (!told_ || now - *told_ >= between_complaints) {
    told_ = now;
    log::warning(events::telemetry_failed,
                 signal_.name + " could not be sent to " + place_ +
                     ", which changes nothing "
                     "else: " +
                     what,
                 {{"signal", signal_.name}, {"failures", failures_}});
  }
}

}  // namespace ingest::app
