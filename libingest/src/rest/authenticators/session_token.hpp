#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rest/authenticators/shared_token.hpp"
#include "rest/requests/requester.hpp"
#include "rest/requests/settings.hpp"

namespace ingest::rest {

struct session_token_options {
  settings given = {};
  std::string where = {};
  std::shared_ptr<requester> login = {};
  std::vector<std::string> session_token_path = {};
  std::optional<std::chrono::seconds> expiration_duration = {};  ///< without one: until the API refuses it
  timing time = {};
};

/// The token of a SessionTokenAuthenticator: what the login's answer has at a path.
class session_token final : public token_source {
 public:
  explicit session_token(session_token_options options);

  issued_token token(const std::stop_token& stop) override { return token_.token(stop); }
  bool renew(std::uint64_t number) override { return token_.renew(number); }

 private:
  shared_token::held log_in(const std::stop_token& stop);

  session_token_options options_;
  shared_token token_;
};

/// A text around the token of another source, by the name `session_token`: "Token {{ session_token }}".
class token_in_template final : public token_source {
 public:
  token_in_template(std::shared_ptr<token_source> source, interpolation text, settings given)
      : source_(std::move(source)), text_(std::move(text)), given_(std::move(given)) {}

  issued_token token(const std::stop_token& stop) override;
  bool renew(std::uint64_t number) override { return source_->renew(number); }

 private:
  std::shared_ptr<token_source> source_;
  interpolation text_;
  settings given_;
};

}  // namespace ingest::rest
