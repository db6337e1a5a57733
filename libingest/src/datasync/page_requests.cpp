// How a page_reader asks for pages, also early: while the page before is still to be parsed.
#include "datasync/next_cursor.hpp"
#include "datasync/page_reader.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::detail {

namespace {

// An answer that has waited for us that long may well have been cut because of it.
constexpr std::chrono::seconds patience_of_servers{1};

}  // namespace

/// The answer, or nothing where it had to wait first: cursor and token may have expired meanwhile.
std::optional<page_reader::response> page_reader::request_page(attempts& tried) {
  http_api::target target = api_->acquire(*client_, stop_);
  if (at_.read_at(target.stream)) {
    tell_of_new_start("the endpoint is another one, with another order and other cursors");
    tried.doubtful_ends = 0;
  }
  if (at_.expired(context_.clock.now())) {
    reset_cursor(target, errc::unavailable, "the cursor has expired");
    tried.doubtful_ends = 0;
  }
  if (wait_for_turn(target)) {
    return std::nullopt;
  }
  const http_request request = request_to(target, at_.position().cursor, tried.half.value_or(limit_.events()));
  const http_result& result = send(context_, *client_, request, stop_);
  return response{std::move(target), &result};
}

/// The answer to the early request, if there was one and it was for the right page.
std::optional<page_reader::response> page_reader::take_early_response() {
  if (!early_) {
    return std::nullopt;
  }
  early_request early = std::move(*early_);
  early_.reset();
  if (at_.position().cursor != early.cursor) {
    client_->cancel();
    return std::nullopt;
  }
  const bool has_waited = context_.time.now() - early.sent >= patience_of_servers;
  const http_result& result = receive(context_, *client_, early.sent_us, stop_);
  if (has_waited && result.failure) {
    return std::nullopt;
  }
  return response{std::move(early.target), &result};
}

void page_reader::request_early(const http_api::target& target, std::string_view body) {
  auto cursor = only_one_page_ ? std::nullopt : guess_next_cursor(body);
  if (!cursor || !api_->ready(target) || stop_.stop_requested()) {
    return;
  }
  const std::uint64_t sent_us = start(context_, *client_, request_to(target, cursor, limit_.events()));
  early_ = {target, std::move(*cursor), context_.time.now(), sent_us};
}

bool page_reader::wait_for_turn(const http_api::target& target) {
  const auto wait = api_->limit_of(target).delay(context_.time.now());
  if (wait <= std::chrono::milliseconds(0)) {
    return false;
  }
  log::info(events::rate_limited, "waiting for the API's rate limit",
            {{"slice", slice_.name()}, {"wait_ms", wait.count()}});
  pause(context_, wait, stop_);
  return true;
}

http_request page_reader::request_to(const http_api::target& target, const std::optional<std::string>& cursor,
                                     std::size_t limit) const {
  http_request r;
  r.url = target.url + (target.url.find('?') == std::string::npos ? "?" : "&") + "limit=" + std::to_string(limit);
  if (cursor) {
    r.url += "&cursor=" + percent_encoded(*cursor);
  }
  if (target.stream) {
    const time_window w = at_.window();
    r.url += w.since_ms ? "&since=" + std::to_string(*w.since_ms) : "";
    r.url += w.until_ms ? "&until=" + std::to_string(*w.until_ms) : "";
  }
  r.headers = {{"X-API-Key", context_.options.api_key}, {"Accept", "application/json"}};
  if (target.token) {
    r.headers.push_back(*target.token);
  }
  r.headers.insert(r.headers.end(), context_.options.extra_headers.begin(), context_.options.extra_headers.end());
  return r;
}

}  // namespace ingest::detail
