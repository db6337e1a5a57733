#pragma once

#include <memory>
#include <string>

#include "demo_api/http_message.hpp"
#include "demo_api/rest/description/yaml_value.hpp"

namespace demo_api::rest {

/// Who may read. Thread-safe.
class auth {
 public:
  virtual ~auth() = default;

  /// Whether the request bears what it must.
  virtual bool admits(const http_request& request) = 0;

  /// The path of the requests for tokens; empty where there are none.
  virtual std::string token_path() const { return ""; }

  /// Answers a request for a token; true if it was given one.
  virtual bool give_token(const http_request& request, http_response& response) {
    static_cast<void>(request), static_cast<void>(response);
    return false;
  }

  /// Declares all tokens that were given out expired.
  virtual void expire_tokens() {}
};

/// The kind that a value of the description names. Throws std::runtime_error, naming the place.
std::unique_ptr<auth> make_auth(const yaml_value& description);

}  // namespace demo_api::rest
