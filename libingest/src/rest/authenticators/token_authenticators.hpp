#pragma once

#include <memory>
#include <string>

#include "rest/authenticators/authenticator.hpp"
#include "rest/requests/settings.hpp"

namespace ingest::rest {

/// What a template says of a secret. Unlike other templates, it stays the text that it is even where that looks like a
/// number: the CDK makes "100000.0" of the key "1e5".
std::string credential_of(const interpolation& input, const variables& given);

/// The token that stands in the settings.
class token_of_settings final : public token_source {
 public:
  token_of_settings(interpolation token, settings given) : token_(std::move(token)), given_(std::move(given)) {}
  issued_token token(const std::stop_token& stop) override;

 private:
  interpolation token_;
  settings given_;
};

/// ApiKeyAuthenticator: a token, in whichever part of the request.
class api_key_authenticator final : public authenticator {
 public:
  api_key_authenticator(std::shared_ptr<token_source> source, request_option where, settings given)
      : source_(std::move(source)), where_(std::move(where)), given_(std::move(given)) {}

  proof present(const std::stop_token& stop) override;
  bool renew(std::uint64_t number) override { return source_->renew(number); }

 private:
  std::shared_ptr<token_source> source_;
  request_option where_;
  settings given_;
};

/// BearerAuthenticator (RFC 6750).
class bearer_authenticator final : public authenticator {
 public:
  explicit bearer_authenticator(std::shared_ptr<token_source> source) : source_(std::move(source)) {}

  proof present(const std::stop_token& stop) override;
  bool renew(std::uint64_t number) override { return source_->renew(number); }

 private:
  std::shared_ptr<token_source> source_;
};

/// BasicHttpAuthenticator (RFC 7617).
class basic_authenticator final : public authenticator {
 public:
  basic_authenticator(interpolation username, interpolation password, settings given)
      : username_(std::move(username)), password_(std::move(password)), given_(std::move(given)) {}

  proof present(const std::stop_token& stop) override;

 private:
  interpolation username_;
  interpolation password_;
  settings given_;
};

}  // namespace ingest::rest
