#pragma once

#include <string>
#include <string_view>

#include "demo_api/rest/auth/auth.hpp"
#include "demo_api/rest/auth/issued_tokens.hpp"

namespace demo_api::rest {

/// What both grants of OAuth 2.0 (RFC 6749) have: a client that shows who it is, in the body or by Basic, and bearer
/// tokens for it that expire.
class oauth2 : public auth {
 public:
  /// Takes `path` (/oauth/token), `client_id`, `client_secret`, and what issued_tokens takes.
  oauth2(settings& s, std::string_view grant);

  bool admits(const http_request& request) override;
  std::string token_path() const override { return path_; }
  bool give_token(const http_request& request, http_response& response) override;
  void expire_tokens() override { tokens_.expire_all(); }

 protected:
  /// Looks at what the grant brings along; if it is good, appends further members to the answer's JSON.
  virtual bool accept(const name_value_list& members, std::string& answer);

 private:
  bool is_client(const http_request& request, const name_value_list& members) const;

  std::string path_;
  std::string grant_;
  std::string client_id_;
  std::string client_secret_;
  issued_tokens tokens_;
};

}  // namespace demo_api::rest
