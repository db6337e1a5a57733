#pragma once

#include <optional>
#include <string>

#include "ingest/stop.hpp"
#include "rest/authenticators/authenticator.hpp"
#include "rest/requests/request_inputs.hpp"
#include "rest/requests/settings.hpp"

namespace ingest::rest {

struct jwt_options {
  settings given = {};
  std::string where = {};
  std::string algorithm = {};
  interpolation secret_key = {};
  bool base64_encode_secret_key = false;
  std::int64_t token_duration = 1200;  ///< seconds
  std::optional<interpolation> passphrase = {};
  std::optional<interpolation> header_prefix = {};
  std::optional<interpolation> kid = {};
  std::optional<interpolation> typ = {};  ///< "JWT" where a manifest has no `jwt_headers`
  std::optional<interpolation> cty = {};
  std::optional<interpolation> iss = {};
  std::optional<interpolation> sub = {};
  std::optional<interpolation> aud = {};
  flat_inputs additional_jwt_headers = {};
  flat_inputs additional_jwt_payload = {};
  std::optional<request_option> where_to_put_it = {};  ///< the header Authorization if nothing else is said
  timing time = {};
};

/// JwtAuthenticator (RFC 7519): a token signed anew for every request. Throws errc::config for keys and claims that are
/// none, and for additional ones that the authenticator sets itself.
class jwt_authenticator final : public authenticator, public token_source {
 public:
  explicit jwt_authenticator(jwt_options options) : options_(std::move(options)) {}

  proof present(const std::stop_token& stop) override;
  issued_token token(const std::stop_token& stop) override;
  bool renew(std::uint64_t) override { return false; }

 private:
  value headers() const;
  value payload() const;

  jwt_options options_;
};

}  // namespace ingest::rest
