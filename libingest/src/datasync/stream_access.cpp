#include "datasync/stream_access.hpp"

#include <system_error>

#include "core/instant.hpp"
#include "datasync/http_verdict.hpp"
#include "ingest/log.hpp"
#include "json/json_fields.hpp"
#include "log/event_names.hpp"

namespace ingest::detail {

namespace {

constexpr std::int64_t longest_lifetime_s = std::int64_t{365} * 86'400;

/// Reads {"streamAccess":{…}}; throws errc::bad_data for what must not be followed, and returns nothing for what is no
/// such answer at all.
std::optional<stream_grant> parse_grant(std::string_view body, stream_grant::time_point now) {
  const auto fields = json_fields(
      body, {"/streamAccess/endpoint", "/streamAccess/token", "/streamAccess/tokenHeader", "/streamAccess/expiresIn"});
  if (!fields || !(*fields)[0] || !(*fields)[1] || !(*fields)[2]) {
    return std::nullopt;
  }
  log::add_secret(*(*fields)[1]);
  stream_grant grant;
  grant.path = *(*fields)[0];
  grant.token = {*(*fields)[2], *(*fields)[1]};
  if (!is_path(grant.path)) {
    throw error(errc::bad_data, "stream access: the endpoint that the API names is not a path on its own host");
  }
  try {
    validate(grant.token);
  } catch (const error& e) {
    throw error(errc::bad_data, std::string("stream access: ") + e.what());
  }
  if (const auto lifetime = (*fields)[3] ? parse_instant(*(*fields)[3]) : std::nullopt; lifetime && *lifetime > 0) {
    const std::chrono::milliseconds life(std::min(*lifetime, longest_lifetime_s) * 1000);
    grant.expires_at = now + life;
    grant.refresh_at = now + life * 4 / 5;
  }
  return grant;
}

}  // namespace

std::optional<stream_grant> stream_access::acquire(http_client& client, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!refusal_.empty()) {
      return std::nullopt;
    }
    const auto now = context_.time.now();
    if (grant_ && now < grant_->expires_at) {
      if (now >= grant_->refresh_at && !asking_) {
        renew_in_background();
      }
      return grant_;
    }
    if (!asking_) {
      break;
    }
    if (!changed_.wait(lock, stop, [this] { return !asking_; })) {
      throw error(errc::cancelled, "stop requested while waiting for stream access");
    }
  }
  asking_ = true;
  lock.unlock();
  try {
    answer given = ask(client, stop);
    lock.lock();
    settle(given);
    return given.grant;
  } catch (...) {
    if (!lock.owns_lock()) {
      lock.lock();
    }
    asking_ = false;
    changed_.notify_all();
    throw;
  }
}

// With mutex_ held.
void stream_access::renew_in_background() {
  try {
    renewal_ = std::jthread([this](const std::stop_token& stop) { renew(stop); });
    asking_ = true;
  } catch (const std::system_error&) {
    grant_->refresh_at = grant_->expires_at;  // no thread is to be had: whoever needs it then will ask
  }
}

void stream_access::renew(const std::stop_token& stop) {
  try {
    http_client client(context_.options.client);
    answer given = ask(client, stop);
    if (!given.grant) {
      return keep_the_old_one("the API refuses to renew stream access with " + given.refusal);
    }
    const std::lock_guard lock(mutex_);
    settle(given);
  } catch (...) {
    const error e = current_error();
    keep_the_old_one(e.code() == errc::cancelled ? "" : e.what());
  }
}

/// Whoever needs access once this grant is over asks anew, and meets the refusal or the error if it is still there.
void stream_access::keep_the_old_one(const std::string& why) {
  if (!why.empty()) {
    log::warning(events::stream_access_not_renewed, why, {});
  }
  const std::lock_guard lock(mutex_);
  if (grant_) {
    grant_->refresh_at = grant_->expires_at;
  }
  asking_ = false;
  changed_.notify_all();
}

// With mutex_ held.
void stream_access::settle(answer& given) {
  if (given.grant) {
    given.grant->number = ++grants_;
    if (grants_ > 1) {
      ++context_.counters.token_refreshes;
    }
  }
  grant_ = given.grant;
  refusal_ = given.refusal;
  asking_ = false;
  changed_.notify_all();
}

bool stream_access::holds(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto now = context_.time.now();
  return grant_ && grant_->number == number && (now < grant_->refresh_at || (asking_ && now < grant_->expires_at));
}

void stream_access::invalidate(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  if (grant_ && grant_->number == number) {
    grant_.reset();
  }
}

std::string stream_access::refusal() const {
  const std::lock_guard lock(mutex_);
  return refusal_;
}

http_request stream_access::request() const {
  const std::string& key = context_.options.api_key;
  http_request r;
  r.verb = http_request::method::post;
  r.url = context_.url.origin + context_.options.stream_access_path;
  r.body = "{}";
  r.headers = {{"X-API-Key", key},
               {"Cookie", "dashboard_api_key=" + key},
               {"Origin", context_.url.origin},
               {"Referer", context_.url.origin + "/"},
               {"Content-Type", "application/json"}};
  r.headers.insert(r.headers.end(), context_.options.extra_headers.begin(), context_.options.extra_headers.end());
  return r;
}

stream_access::answer stream_access::ask(http_client& client, const std::stop_token& stop) {
  const std::string what = "POST " + context_.options.stream_access_path;
  const http_request post = request();
  retry_schedule schedule(context_.options.retry);
  for (;;) {
    const http_result& result = send(context_, client, post, stop);
    request_failure failure = failure_of(context_, result);
    const bool settled = !result.failure && !failure.rate_limited;  // waiting would change nothing
    if (settled && result.status >= 200 && result.status < 300) {
      if (auto grant = parse_grant(result.body, context_.time.now())) {
        log::info(events::stream_access_granted, "the API grants stream access", {{"endpoint", grant->path}});
        return {std::move(grant), {}};
      }
      failure.reason = answer_of(result) + ": the answer holds no streamAccess with endpoint, token and tokenHeader";
    } else if (result.status == 401 && settled) {
      throw error(errc::authentication, what + " answered " + failure.reason + ": check `api_key`");
    } else if ((result.status == 403 || result.status == 404) && settled) {
      return {{}, failure.reason};
    } else if (settled && !may_pass(result.status)) {
      throw error(errc::config, what + " answered " + failure.reason +
                                    advice_on(result, ": check `base_url`, or set `endpoint` to `standard`"));
    }
    ++context_.counters.token_fetch_errors;
    if (!back_off(context_, schedule, failure, what, stop)) {
      throw exhausted(schedule, failure, what);
    }
  }
}

}  // namespace ingest::detail
