#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/payload_pool.hpp"
#include "datasync/request_context.hpp"
#include "datasync/stream_access.hpp"
#include "datasync/window_watch.hpp"
#include "http/rate_limit.hpp"

namespace ingest {

class http_api {
 public:
  /// Where pages are to be read now.
  struct target {
    bool stream = false;
    std::string url;                   ///< without query
    std::string path;                  ///< of the URL, for messages
    std::optional<http_header> token;  ///< at the stream endpoint
    std::uint64_t grant = 0;           ///< the grant of stream access that the token belongs to

    /// What is asked for there, for messages: "GET /api/v1/events".
    std::string request() const { return "GET " + path.substr(0, path.find('?')); }
  };

  /// `options` are checked already.
  http_api(http_source_options options, detail::api_url url, metrics& counters, timing time);

  const detail::request_context& context() const { return context_; }

  /// A client, perhaps with a connection that is still open from another slice; to be given back.
  std::unique_ptr<http_client> take_client();
  void give_back(std::unique_ptr<http_client> client) noexcept;

  /// What the rows of pages are written into, for all slices.
  payload_pool& payloads() { return payloads_; }

  /// True if time windows can be read: the API grants access to the stream. May ask for it; throws as source::read().
  bool knows_windows(const std::stop_token& stop);

  /// The endpoint to use, with stream access that holds. May ask for it through `client`; throws as source::read().
  target acquire(http_client& client, const std::stop_token& stop);

  /// True if a request to `t` may be sent right now, without asking for stream access and without waiting.
  bool ready(const target& t);

  /// The endpoint of `t` has refused its token.
  void refuse_token(const target& t) { access_.invalidate(t.grant); }

  rate_limit& limit_of(const target& t) { return t.stream ? stream_limit_ : standard_limit_; }

  detail::window_watch& windows() { return windows_; }

  /// A page of so many events said that there is more.
  void note_page_with_more(std::size_t rows);
  bool has_pages() const { return largest_page_with_more_ > 0; }

  /// How many events make a page full if `limit` were asked for: fewer where the API has been seen to give fewer and to
  /// say that there is more. As long as it never said so, any page may be full but that of a single event.
  std::size_t full_page(std::size_t limit) const;

  /// Takes in what the API says is the number of events of a slice, and keeps the counter total_expected.
  void note_total(slice_id slice, std::uint64_t total);

 private:
  void check_fallback(const std::string& refusal);
  target standard_target() const;

  const detail::request_context context_;
  detail::stream_access access_;
  rate_limit stream_limit_;
  rate_limit standard_limit_;
  std::once_flag fallback_logged_;
  std::mutex clients_mutex_;
  std::vector<std::unique_ptr<http_client>> clients_;  // no more than there ever were slices read at a time
  payload_pool payloads_{4};
  detail::window_watch windows_;
  std::atomic<std::size_t> largest_page_with_more_{0};
  std::mutex totals_mutex_;
  std::map<slice_id, std::uint64_t> totals_;
};

}  // namespace ingest
