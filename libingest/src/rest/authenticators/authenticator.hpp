#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "ingest/http_client.hpp"
#include "rest/requests/request_options.hpp"

namespace ingest::rest {

/// A token, and which of those that were issued it is.
struct issued_token {
  std::string text;
  std::uint64_t number = 0;
};

/// Where the token of a request comes from. Thread-safe: all streams of a connector share one.
class token_source {
 public:
  virtual ~token_source() = default;

  /// A token that is valid now. May ask the API for it, of all threads one. Throws errc::authentication where none is
  /// to be had, errc::unavailable where the API does not answer, errc::cancelled once `stop` is requested.
  virtual issued_token token(const std::stop_token& stop) = 0;

  /// The API has refused the token of this number: whoever asks for one gets another. False where there is no other.
  virtual bool renew(std::uint64_t /*number*/) { return false; }
};

/// What puts credentials into requests. Thread-safe.
class authenticator {
 public:
  /// What goes into one request.
  struct proof {
    request_options options;
    std::uint64_t number = 0;
  };

  virtual ~authenticator() = default;

  /// Throws as token_source::token() does.
  virtual proof present(const std::stop_token& stop) = 0;

  /// Puts into a request that is ready to be sent what can only be told from all of it. The number of that stands for
  /// the proof's; nothing where nothing was done. Throws as present() does.
  virtual std::optional<std::uint64_t> sign(http_request& /*request*/, const std::stop_token& /*stop*/) { return {}; }

  /// As token_source::renew().
  virtual bool renew(std::uint64_t /*number*/) { return false; }

  /// False where no secret goes out with the requests.
  virtual bool has_credentials() const { return true; }
};

/// NoAuth.
class no_authenticator final : public authenticator {
 public:
  proof present(const std::stop_token&) override { return {}; }
  bool has_credentials() const override { return false; }
};

}  // namespace ingest::rest
