#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/http_client.hpp"
#include "ingest/metrics.hpp"
#include "ingest/record_encoder.hpp"
#include "ingest/retry.hpp"
#include "ingest/source.hpp"
#include "ingest/stop.hpp"
#include "ingest/time_window.hpp"

namespace ingest {

/// Where pages are read from.
enum class http_endpoint {
  automatic,  ///< stream, or standard where stream access is refused with 403 or 404
  stream,     ///< fast; asks for a token first
  standard,   ///< at the API's rate limit; knows no time windows
};

/// Where in an event its key and its time are, and what passes for JSON.
struct page_parser_options {
  std::string id_pointer = "/id";                ///< JSON pointer, inside an event
  std::string timestamp_pointer = "/timestamp";  ///< JSON pointer, to Unix milliseconds or ISO 8601 text

  /// Let NaN, Infinity and bare control characters pass, which some servers write though JSON has none: only the events
  /// that have them are refused, by append_refused(). Otherwise such a body is no page.
  bool tolerant = false;
};

/// How to read events from an API of the DataSync kind.
struct http_source_options {
  std::string base_url;  ///< such as "https://host/api/v1"
  std::string api_key;
  http_endpoint endpoint = http_endpoint::automatic;
  std::string events_path = "/events";                                   ///< of the standard endpoint, below base_url
  std::string stream_access_path = "/internal/dashboard/stream-access";  ///< at the root of base_url's host
  std::size_t batch_size = 5000;                                         ///< events a page, 1 to 5000
  std::vector<time_window> windows;  ///< one for each slice; empty: a single slice with all events
  page_parser_options parser;
  std::shared_ptr<const record_encoder> encoder = std::make_shared<keyed_encoder>();
  std::vector<http_header> extra_headers;  ///< sent with each request
  http_client_options client;              ///< an empty user_agent becomes "ingest/<version>"
  retry_options retry;                     ///< for one page, or one grant of stream access
};

/// What the sources of all slices of a run share: the choice of endpoint, the token for stream access, the rate limit.
/// Thread-safe; made by make_http_api() and handed to make_http_source().
class http_api;

/// Checks the options without sending anything. Throws errc::config, naming the option. `counters` must outlive the
/// result.
std::shared_ptr<http_api> make_http_api(http_source_options options, metrics& counters, timing time = {});

/// By how much the API's clock, as its last answer had it, is ahead of this machine's, to a second; 0 before there was
/// an answer.
std::chrono::milliseconds clock_difference(const http_api& api);

/// The source of a slice: of options.windows[slice], or of everything if there are no windows. Throws errc::config for
/// a slice that has no window.
///
/// Reads pages, the newest events first, and retries by itself what may pass: 408, 425, 429, 5xx, broken connections,
/// time-outs, bodies that were cut short, and, a few times, answers that make no sense (docs/api_answers.md). A cursor
/// that is lost is replaced: by a new start of the slice or, where all pages have shown that it is right and the page
/// behind it proves it, by a time; some events are read a second time then. So are those of the millisecond at which
/// one window ends and the next begins. What read() throws: errc::unavailable (not transient) once the retries are used
/// up or the server's certificate is refused, errc::authentication for a refused key, errc::config for a request that
/// the API does not accept, errc::bad_data for pages that contradict each other (a cursor that repeats, empty pages
/// without end) or do not say whether there is more.
std::unique_ptr<source> make_http_source(std::shared_ptr<http_api> api, slice_id slice);

/// How many events the API announced for the slice that stands at `position`, which such a source gave: the first
/// number it told, or a smaller one that it told later and that was not below what had been read by then. Nothing if it
/// told none.
std::optional<std::uint64_t> total_in(std::string_view position);

}  // namespace ingest
