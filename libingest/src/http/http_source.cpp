#include "ingest/http_source.hpp"

#include "http/http_api.hpp"
#include "http/http_verdict.hpp"
#include "http/slice_cursor.hpp"
#include "ingest/event_names.hpp"
#include "ingest/log.hpp"

namespace ingest {

namespace {

using detail::request_failure;
using detail::verdict;

// Tokens may be revoked again and again, but not faster than a page is read.
constexpr unsigned most_token_refusals = 3;

// From then on a gateway error (502) is taken for what some servers send in place of "cursor expired".
constexpr unsigned gateway_errors_of_dead_cursor = 5;

class http_source final : public source {
 public:
  http_source(std::shared_ptr<http_api> api, slice_id slice, time_window window)
      : api_(std::move(api)),
        run_(api_->run()),
        slice_(slice),
        window_(window),
        parser_(make_page_parser(run_.options.parser)) {}

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    stop_ = std::move(stop);
    at_.emplace(window_, position ? detail::parse_http_position(*position) : detail::http_position{});
    client_ = std::make_unique<http_client>(run_.options.client);
    done_ = false;
  }

  std::optional<batch> read() override {
    while (!done_) {
      const parsed_page page = fetch();
      at_->advance(page, run_.time.now());
      done_ = !page.has_more;
      if (page.rows != 0 || done_) {
        return to_batch(page);
      }
    }
    return std::nullopt;
  }

  void close() noexcept override {
    client_.reset();
    at_.reset();
    rows_ = {};
  }

 private:
  /// What happened to the page that is being asked for.
  struct attempts {
    retry_schedule schedule;
    unsigned token_refusals = 0;
    unsigned gateway_errors = 0;
    bool cursor_was_missing = false;
  };

  parsed_page fetch() {
    attempts tried{retry_schedule(run_.options.retry)};
    for (;;) {
      throw_if_stopped(stop_);
      const http_api::target target = api_->acquire(*client_, stop_);
      if (at_->expired(run_.time.now())) {
        reset_cursor(target, errc::unavailable, "the cursor has expired");
      }
      if (wait_for_turn(target)) {
        continue;  // cursor and token may have expired meanwhile
      }
      const http_result& result = detail::send(run_, *client_, request_to(target), stop_);
      observe_limit(target, result);
      if (auto page = digest(target, result, tried)) {
        return std::move(*page);
      }
    }
  }

  /// The page, or nothing where another attempt is due.
  std::optional<parsed_page> digest(const http_api::target& target, const http_result& result, attempts& tried) {
    const bool with_cursor = at_->position().cursor.has_value();
    switch (detail::judge(result, target.stream, with_cursor)) {
      case verdict::page:
        return parse(target, result, tried);
      case verdict::retry:
        retry(target, result, tried);
        return std::nullopt;
      case verdict::token_refused:
        renew_token(target, result, tried);
        return std::nullopt;
      case verdict::cursor_refused:
        reset_cursor(target, errc::bad_data, "the API refused the cursor with " + detail::answer_of(result));
        return std::nullopt;
      case verdict::key_refused:
        throw error(errc::authentication,
                    name_of(target) + " answered " + detail::answer_of(result) + ": check TARGET_API_KEY");
      case verdict::not_acceptable:
        break;
    }
    throw not_acceptable(target, result);
  }

  error not_acceptable(const http_api::target& target, const http_result& result) const {
    const bool redirect = result.status >= 300 && result.status < 400;
    return {errc::config, name_of(target) + " answered " + detail::answer_of(result) +
                              (redirect ? ", a redirect, which is not followed: set API_BASE_URL to where it leads"
                                        : ": check API_BASE_URL and EVENTS_PATH")};
  }

  std::optional<parsed_page> parse(const http_api::target& target, const http_result& result, attempts& tried) {
    const auto begin = run_.counters.elapsed_us();
    rows_.clear();
    parsed_page page;
    try {
      page = parser_->parse(result.body, *run_.options.encoder, rows_);
    } catch (const error& e) {
      if (e.code() != errc::unavailable) {
        throw;
      }
      try_again(target, {result.status, e.what(), std::nullopt}, tried);
      return std::nullopt;
    }
    run_.counters.parse_us += run_.counters.elapsed_us() - begin;
    if (page.has_more && !page.next_cursor) {
      if (tried.cursor_was_missing) {
        throw error(errc::bad_data, name_of(target) + " says that there is more, but not where: no next cursor");
      }
      tried.cursor_was_missing = true;
      try_again(target, {result.status, "the page claims that there is more, without a cursor", std::nullopt}, tried);
      return std::nullopt;
    }
    count(page, result.body.size());
    return page;
  }

  void count(const parsed_page& page, std::size_t bytes) {
    run_.counters.bytes_fetched += bytes;
    if (page.total) {
      api_->note_total(slice_, *page.total);
    }
  }

  void retry(const http_api::target& target, const http_result& result, attempts& tried) {
    const auto now = run_.time.now();
    const request_failure failure = detail::failure_of(result, now);
    if (failure.status == 429 && failure.server_delay) {
      api_->limit_of(target).hold(*failure.server_delay, now);
    }
    if (failure.status == 502 && at_->position().cursor && ++tried.gateway_errors >= gateway_errors_of_dead_cursor &&
        can_seek(target)) {
      tried.gateway_errors = 0;
      reset_cursor(target, errc::unavailable, "the API keeps answering HTTP 502 to the cursor");
    }
    try_again(target, failure, tried);
  }

  /// Waits until the next attempt is due. Once the schedule is used up, a cursor that may be to blame is given up
  /// before all is.
  void try_again(const http_api::target& target, const request_failure& failure, attempts& tried) {
    if (detail::back_off(run_, tried.schedule, failure, name_of(target), stop_)) {
      return;
    }
    if (failure.status != 502 || !at_->position().cursor) {
      throw detail::exhausted(tried.schedule, failure, name_of(target));
    }
    reset_cursor(target, errc::unavailable, "the API keeps answering HTTP 502 to the cursor");
    tried.schedule.reset();
  }

  void renew_token(const http_api::target& target, const http_result& result, attempts& tried) {
    api_->refuse_token(target);
    if (++tried.token_refusals > most_token_refusals) {
      throw error(errc::authentication, name_of(target) + " refuses even new stream tokens, with " +
                                            detail::answer_of(result) + ": check TARGET_API_KEY");
    }
    // The first refusal is the way of things; whoever is refused again had better take his time.
    if (tried.token_refusals > 1) {
      try_again(target, detail::failure_of(result, run_.time.now()), tried);
    }
  }

  bool can_seek(const http_api::target& target) const { return target.stream && at_->position().ts_ms; }

  void reset_cursor(const http_api::target& target, errc code, const std::string& why) {
    const bool seek = can_seek(target);
    at_->reset(seek, code, why);
    ++run_.counters.cursor_resets;
    log::warning(events::cursor_reset,
                 why + (seek ? "; going on from the time of the last event" : "; beginning the slice anew"),
                 {{"slice", slice_}});
  }

  bool wait_for_turn(const http_api::target& target) {
    const auto wait = api_->limit_of(target).delay(run_.time.now());
    if (wait <= std::chrono::milliseconds(0)) {
      return false;
    }
    log::info(events::rate_limited, "waiting for the API's rate limit", {{"slice", slice_}, {"wait_ms", wait.count()}});
    detail::pause(run_, wait, stop_);
    return true;
  }

  void observe_limit(const http_api::target& target, const http_result& result) {
    const auto remaining = result.failure ? std::nullopt : result.header("X-RateLimit-Remaining");
    const auto reset = remaining ? result.header("X-RateLimit-Reset") : std::nullopt;
    if (reset && !target.stream) {
      api_->limit_of(target).observe(*remaining, *reset, run_.time.now());
    }
  }

  http_request request_to(const http_api::target& target) const {
    http_request r;
    r.url = target.url + (target.url.find('?') == std::string::npos ? "?" : "&") +
            "limit=" + std::to_string(run_.options.batch_size);
    if (const auto& cursor = at_->position().cursor) {
      r.url += "&cursor=" + detail::percent_encoded(*cursor);
    }
    if (target.stream) {
      const time_window w = at_->window();
      r.url += w.since_ms ? "&since=" + std::to_string(*w.since_ms) : "";
      r.url += w.until_ms ? "&until=" + std::to_string(*w.until_ms) : "";
    }
    r.headers = {{"X-API-Key", run_.options.api_key}, {"Accept", "application/json"}};
    if (target.token) {
      r.headers.push_back(*target.token);
    }
    r.headers.insert(r.headers.end(), run_.options.extra_headers.begin(), run_.options.extra_headers.end());
    return r;
  }

  static std::string name_of(const http_api::target& target) {
    return "GET " + target.path.substr(0, target.path.find('?'));
  }

  batch to_batch(const parsed_page& page) {
    batch b;
    b.data = std::make_shared<const std::string>(std::move(rows_));
    b.records = page.rows;
    b.position = detail::to_text(at_->position());
    b.last = !page.has_more;
    rows_ = {};
    return b;
  }

  std::shared_ptr<http_api> api_;
  const detail::http_run& run_;
  slice_id slice_;
  time_window window_;
  std::unique_ptr<page_parser> parser_;

  // Between open() and close():
  std::stop_token stop_;
  std::unique_ptr<http_client> client_;
  std::optional<detail::slice_cursor> at_;
  std::string rows_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<source> make_http_source(std::shared_ptr<http_api> api, slice_id slice) {
  const auto& windows = api->run().options.windows;
  if (slice >= std::max<std::size_t>(windows.size(), 1)) {
    throw error(errc::config, "slice " + std::to_string(slice) + " has no time window");
  }
  return std::make_unique<http_source>(std::move(api), slice, windows.empty() ? time_window{} : windows[slice]);
}

}  // namespace ingest
