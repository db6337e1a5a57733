#include "datasync/http_api.hpp"

#include <algorithm>

#include "ingest/log.hpp"
#include "ingest/version.hpp"
#include "log/event_names.hpp"
#include "log/redaction.hpp"

namespace ingest {

namespace {

constexpr std::size_t largest_page = 5000;

bool is_open(const time_window& w) {
  return !w.since_ms && !w.until_ms;
}

bool needs_stream(const http_source_options& o) {
  return o.windows.size() > 1 || (o.windows.size() == 1 && !is_open(o.windows.front()));
}

void require(bool condition, const std::string& message) {
  if (!condition) {
    throw error(errc::config, message);
  }
}

void check_headers(const http_source_options& o) {
  require(!o.api_key.empty(), "`api_key` is missing: set it to the API's key");
  try {
    validate({"X-API-Key", o.api_key});
  } catch (const error&) {
    throw error(errc::config, "`api_key` holds a line break or another control character; remove it");
  }
  for (const http_header& h : o.extra_headers) {
    try {
      validate(h);
    } catch (const error& e) {
      throw error(errc::config, std::string("`extra_headers`: ") + e.what());
    }
  }
}

void check(const http_source_options& o) {
  check_headers(o);
  require(o.batch_size >= 1 && o.batch_size <= largest_page, "`batch_size` must be from 1 to 5000");
  require(detail::is_path(o.events_path), "`events_path` must be a path, as \"/events\" is");
  require(detail::is_path(o.stream_access_path), "the path of stream access must begin with a single \"/\"");
  require(o.encoder != nullptr, "the HTTP source has no row encoder");
  for (const time_window& w : o.windows) {
    require(!w.since_ms || !w.until_ms || *w.since_ms < *w.until_ms, "`since_ms` must lie before `until_ms`");
  }
  require(o.endpoint != http_endpoint::standard || !needs_stream(o),
          "slices and time windows need the stream endpoint, and `endpoint` is `standard`: set it to `automatic` or "
          "`stream`, or set no `windows`");
  static_cast<void>(make_page_parser(o.parser));  // throws for a pointer that is none
}

}  // namespace

std::shared_ptr<http_api> make_http_api(http_source_options options, metrics& counters, timing time) {
  detail::api_url url = detail::parse_api_url(options.base_url);
  check(options);
  log::add_secret(options.api_key);
  for (const http_header& h : options.extra_headers) {
    if (detail::names_secret(h.name)) {
      log::add_secret(h.value);
    }
  }
  if (options.client.user_agent.empty()) {
    options.client.user_agent = "ingest/" + std::string(version());
  }
  return std::make_shared<http_api>(std::move(options), std::move(url), counters, std::move(time));
}

std::chrono::milliseconds clock_difference(const http_api& api) {
  return std::chrono::round<std::chrono::milliseconds>(api.context().clock.now() - std::chrono::system_clock::now());
}

http_api::http_api(http_source_options options, detail::api_url url, metrics& counters, timing time)
    : context_{std::move(options), std::move(url), counters, time, detail::api_clock(time)},
      access_(context_),
      stream_limit_(context_.options.retry.max_server_delay),
      standard_limit_(context_.options.retry.max_server_delay) {}

std::unique_ptr<http_client> http_api::take_client() {
  {
    const std::lock_guard lock(clients_mutex_);
    if (!clients_.empty()) {
      auto client = std::move(clients_.back());
      clients_.pop_back();
      return client;
    }
  }
  return std::make_unique<http_client>(context_.options.client);
}

void http_api::give_back(std::unique_ptr<http_client> client) noexcept {
  client->cancel();
  try {
    const std::lock_guard lock(clients_mutex_);
    clients_.push_back(std::move(client));
  } catch (const std::bad_alloc&) {
    client.reset();  // the next slice makes its own
  }
}

bool http_api::knows_windows(const std::stop_token& stop) {
  auto client = take_client();
  const bool stream = acquire(*client, stop).stream;
  give_back(std::move(client));
  return stream;
}

http_api::target http_api::standard_target() const {
  target t;
  t.path = context_.url.path + context_.options.events_path;
  t.url = context_.url.origin + t.path;
  return t;
}

http_api::target http_api::acquire(http_client& client, const std::stop_token& stop) {
  if (context_.options.endpoint == http_endpoint::standard) {
    return standard_target();
  }
  auto grant = access_.acquire(client, stop);
  if (!grant) {
    check_fallback(access_.refusal());
    return standard_target();
  }
  target t;
  t.stream = true;
  t.path = grant->path;
  t.url = context_.url.origin + t.path;
  t.token = std::move(grant->token);
  t.grant = grant->number;
  return t;
}

bool http_api::ready(const target& t) {
  return (!t.stream || access_.holds(t.grant)) &&
         limit_of(t).delay(context_.time.now()) <= std::chrono::milliseconds(0);
}

void http_api::check_fallback(const std::string& refusal) {
  if (context_.options.endpoint == http_endpoint::stream) {
    throw error(errc::authentication, "the API refuses stream access with " + refusal +
                                          ": use an `api_key` that has it, or set `endpoint` to `automatic`");
  }
  if (needs_stream(context_.options)) {
    throw error(errc::config,
                "slices and time windows need the stream endpoint, and the API refuses access to it with " + refusal +
                    ": set no `windows`, or use another `api_key`");
  }
  std::call_once(fallback_logged_, [&] {
    log::warning(events::stream_access_refused, "reading from the standard endpoint, at its rate limit",
                 {{"answer", refusal}});
  });
}

void http_api::note_page_with_more(std::size_t rows) {
  auto before = largest_page_with_more_.load();
  while (rows > before && !largest_page_with_more_.compare_exchange_weak(before, rows)) {
  }
}

std::size_t http_api::full_page(std::size_t limit) const {
  constexpr std::size_t least_in_doubt = 2;
  const std::size_t seen = largest_page_with_more_;
  return std::min(limit, seen > 0 ? seen : least_in_doubt);
}

// With time windows, each answer counts the events of its window, unless the API counts all events whatever the window:
// then all slices are told the same number.
void http_api::note_total(slice_id slice, std::uint64_t total) {
  const std::lock_guard lock(totals_mutex_);
  totals_.try_emplace(slice, total);  // what comes later counts events that were not there yet
  std::uint64_t sum = 0;
  std::uint64_t greatest = 0;
  bool all_equal = true;
  for (const auto& [id, count] : totals_) {
    sum += count;
    greatest = std::max(greatest, count);
    all_equal = all_equal && count == totals_.begin()->second;
  }
  context_.counters.total_expected = all_equal ? greatest : sum;
}

}  // namespace ingest
