#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rest/authenticators/shared_token.hpp"
#include "rest/authenticators/token_store.hpp"
#include "rest/requests/http_transport.hpp"
#include "rest/requests/request_inputs.hpp"
#include "rest/requests/settings.hpp"

namespace ingest::rest {

/// refresh_token_updater: the server issues a new refresh token with every access token.
struct refresh_token_updater {
  std::string refresh_token_name = "refresh_token";
  std::vector<std::string> access_token_config_path = {"credentials", "access_token"};
  std::vector<std::string> refresh_token_config_path = {"credentials", "refresh_token"};
  std::vector<std::string> token_expiry_date_config_path = {"credentials", "token_expiry_date"};
};

struct oauth_options {
  settings given = {};
  std::string where = {};                                    ///< for messages
  std::optional<interpolation> token_refresh_endpoint = {};  ///< without one, access_token_value is used for ever
  std::optional<interpolation> client_id = {};
  std::optional<interpolation> client_secret = {};
  std::optional<interpolation> refresh_token = {};
  std::optional<interpolation> access_token_value = {};
  std::optional<interpolation> token_expiry_date = {};  ///< of access_token_value
  interpolation client_id_name{"client_id", ""};
  interpolation client_secret_name{"client_secret", ""};
  interpolation refresh_token_name{"refresh_token", ""};
  interpolation access_token_name{"access_token", ""};
  interpolation expires_in_name{"expires_in", ""};
  interpolation grant_type_name{"grant_type", ""};
  interpolation grant_type{"refresh_token", ""};
  std::vector<std::string> scopes = {};
  bool expires_at_a_time = false;  ///< `token_expiry_date_format` is given: expires_in is a date, no number of seconds
  flat_inputs refresh_request_body = {};
  flat_inputs refresh_request_headers = {};
  bool send_refresh_request_as_query_params = false;
  std::shared_ptr<token_source> profile_assertion = {};  ///< set: `use_profile_assertion`
  std::set<int> refresh_token_error_status_codes = {400};
  std::string refresh_token_error_key = "error";
  std::vector<std::string> refresh_token_error_values = {"invalid_grant", "invalid_permissions"};
  std::optional<refresh_token_updater> updater = {};
  std::shared_ptr<token_store> store = {};  ///< needed where there is an updater
  std::shared_ptr<http_transport> connections = {};
  timing time = {};
};

/// OAuthAuthenticator (RFC 6749, sections 4.4 and 6; RFC 7523): an access token, obtained where none is valid and
/// sent as a bearer token. A refresh token that the server has issued is durable in the store before the access token
/// that came with it is used.
class oauth_authenticator final : public authenticator {
 public:
  /// Throws errc::config for what is missing; what the store throws.
  explicit oauth_authenticator(oauth_options options);

  proof present(const std::stop_token& stop) override;
  bool renew(std::uint64_t number) override;

 private:
  void require_what_is_needed() const;
  std::string text_of(const std::optional<interpolation>& input) const;
  std::optional<shared_token::held> first_token();
  shared_token::held refresh(const std::stop_token& stop);
  shared_token::held take_in(const value& issued);
  dictionary refresh_arguments() const;
  http_request refresh_request(const std::stop_token& stop) const;
  value ask(const std::stop_token& stop) const;
  void refuse(const answer& given, const std::string& what) const;

  oauth_options options_;
  std::string refresh_token_;  // read and written by whoever refreshes, of whom there is one
  std::string origin_;
  shared_token token_;
};

}  // namespace ingest::rest
