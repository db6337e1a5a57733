#include "demo_api/rest/auth/oauth2.hpp"

#include "demo_api/answer.hpp"
#include "demo_api/rest/auth/auth_kinds.hpp"
#include "demo_api/rest/auth/credentials.hpp"

namespace demo_api::rest {

oauth2::oauth2(settings& s, std::string_view grant)
    : path_(s.text("path", "/oauth/token")),
      grant_(grant),
      client_id_(s.required_text("client_id")),
      client_secret_(s.required_text("client_secret")),
      tokens_(s, "at-") {}

bool oauth2::admits(const http_request& request) {
  return tokens_.admit(credentials_of(request, "Bearer"));
}

bool oauth2::is_client(const http_request& request, const name_value_list& members) const {
  const std::string basic = credentials_of(request, "Basic");
  return basic.empty()
             ? value_of(members, "client_id") == client_id_ && value_of(members, "client_secret") == client_secret_
             : basic == basic_credentials(client_id_, client_secret_);
}

bool oauth2::give_token(const http_request& request, http_response& response) {
  const name_value_list members = members_of_body(request);
  std::string further;
  if (value_of(members, "grant_type") != grant_) {
    answer_error(response, 400, "unsupported_grant_type", "", "this API knows the grant " + grant_);
  } else if (!is_client(request, members)) {
    answer_error(response, 401, "invalid_client", "", "no such client, or another secret");
  } else if (!accept(members, further)) {
    answer_error(response, 400, "invalid_grant", "", "the refresh token is not valid, or was used");
  } else {
    response.set(200, R"({"access_token":")" + tokens_.issue() + R"(","token_type":"Bearer","expires_in":)" +
                          std::to_string(tokens_.lifetime_s()) + further + "}");
    return true;
  }
  return false;
}

bool oauth2::accept(const name_value_list&, std::string&) {
  return true;
}

std::unique_ptr<auth> make_oauth2_client_credentials(settings& s) {
  return std::make_unique<oauth2>(s, "client_credentials");
}

}  // namespace demo_api::rest
