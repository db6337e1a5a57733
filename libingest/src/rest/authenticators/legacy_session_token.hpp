#pragma once

#include <memory>
#include <string>

#include "rest/authenticators/shared_token.hpp"
#include "rest/requests/http_transport.hpp"
#include "rest/requests/settings.hpp"

namespace ingest::rest {

struct legacy_session_options {
  settings given = {};
  std::string where = {};
  interpolation api_url = {};  ///< the requester's url_base; login_url and validate_session_url go behind it
  interpolation header = {};
  interpolation username = {};
  interpolation password = {};
  interpolation session_token = {};
  interpolation session_token_response_key = {};
  interpolation login_url = {};
  interpolation validate_session_url = {};
  std::shared_ptr<http_transport> connections = {};
  timing time = {};
};

/// LegacySessionTokenAuthenticator: the session token of the settings if the API still takes it, or else one by a login
/// with user name and password, for a day. Differs from the CDK, which asks whether the token is valid before each
/// request: once, and again when it is refused.
class legacy_session_authenticator final : public authenticator {
 public:
  explicit legacy_session_authenticator(legacy_session_options options);

  proof present(const std::stop_token& stop) override;
  bool renew(std::uint64_t number) override { return token_.renew(number); }

 private:
  shared_token::held obtain(const std::stop_token& stop);
  bool is_valid(const std::string& token, const std::stop_token& stop);
  shared_token::held log_in(const std::stop_token& stop);
  std::string text_of(const interpolation& input) const;
  answer ask(http_request request, const std::stop_token& stop);

  legacy_session_options options_;
  shared_token token_;
};

}  // namespace ingest::rest
