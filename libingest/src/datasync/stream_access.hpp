#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "datasync/request_context.hpp"

namespace ingest::detail {

/// The permission to read from the stream endpoint.
struct stream_grant {
  using time_point = timing::clock::time_point;

  std::string path;   ///< of the stream endpoint, on the API's host
  http_header token;  ///< to be sent there
  time_point refresh_at = time_point::max();
  time_point expires_at = time_point::max();
  std::uint64_t number = 0;  ///< counts grants, so that a refused one can be told from its successor
};

/// Obtains stream access for all slices of a run: one of them asks, the others wait. When a fifth of its time is left,
/// a grant is renewed in the background, and nobody waits as long as it holds. Thread-safe.
class stream_access {
 public:
  explicit stream_access(const request_context& context) : context_(context) {}

  /// A grant that is valid now; nothing if the API refuses stream access to our key (403, 404) while there is no grant
  /// that holds, for good then. Throws as source::read() does; errc::authentication for an API key that is refused
  /// altogether.
  std::optional<stream_grant> acquire(http_client& client, const std::stop_token& stop);

  /// True while this grant is the newest, and need not be renewed yet or is being renewed.
  bool holds(std::uint64_t number) const;

  /// The stream endpoint has refused the token of this grant: the next acquire() asks for another one.
  void invalidate(std::uint64_t number);

  /// How the API refused stream access; empty as long as it did not.
  std::string refusal() const;

 private:
  void renew_in_background();
  void renew(const std::stop_token& stop);
  /// A grant, or how it was refused.
  struct answer {
    std::optional<stream_grant> grant = {};
    std::string refusal = {};
  };

  answer ask(http_client& client, const std::stop_token& stop);
  void settle(answer& given);
  void keep_the_old_one(const std::string& why);
  http_request request() const;

  const request_context& context_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<stream_grant> grant_;
  std::string refusal_;
  bool asking_ = false;
  std::uint64_t grants_ = 0;
  std::jthread renewal_;  // last: ends before what it uses
};

}  // namespace ingest::detail
