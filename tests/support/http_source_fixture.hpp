#pragma once

#include "ingest/http_source.hpp"
#include "ingest/log.hpp"
#include "support/events_api.hpp"
#include "support/source_reader.hpp"

namespace ingest::testing {

/// An events_api behind a server, and what reads from it by a clock that does not wait.
struct http_source_fixture {
  http_source_fixture() { log::configure(log::format::json, log::level::error); }

  http_source_options options(http_endpoint endpoint = http_endpoint::automatic) const {
    http_source_options o;
    o.base_url = server.url("/api/v1");
    o.api_key = events_api::key;
    o.endpoint = endpoint;
    o.batch_size = 10;
    o.retry.deadline = std::chrono::minutes(20);
    return o;
  }

  std::shared_ptr<http_api> make_api(const http_source_options& o) {
    return make_http_api(o, counters, clock.as_timing());
  }

  std::unique_ptr<source> make_source(const http_source_options& o) { return make_http_source(make_api(o), 0); }

  /// Everything from the beginning, or from `position`.
  read_result read(const http_source_options& o, const std::optional<std::string>& position = {}) {
    return read_all(*make_source(o), position);
  }

  /// The requests for pages, without those for stream access.
  std::vector<received_request> page_requests() const {
    auto all = server.requests();
    std::erase_if(all, [](const received_request& r) { return r.path == events_api::access_path; });
    return all;
  }

  fake_time clock;
  metrics counters;
  events_api api{95, clock};
  http_server server{std::ref(api)};
};

/// A predicate for BOOST_CHECK_EXCEPTION: an error of this code that is not transient and mentions `text`.
inline auto fails_with(errc code, std::string text) {
  return [code, text = std::move(text)](const error& e) {
    return e.code() == code && !e.transient() && std::string_view(e.what()).find(text) != std::string_view::npos &&
           std::string_view(e.what()).find(events_api::key) == std::string_view::npos;
  };
}

}  // namespace ingest::testing
