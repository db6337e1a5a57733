#include "rest/document/spelling/made_dict.hpp"
#include "rest/document/spelling/spelling.hpp"

namespace ingest::rest {

namespace {

constexpr const char* kinds = "bearer, basic, api_key, oauth2 or none";

node basic(spelling& s, const node& of) {
  s.check(of, "`basic`", {"username", "password"});
  made_dict made(of.line(), "BasicHttpAuthenticator");
  made.set("username", s.required_text(of, "username", "`basic`", true));
  return made.set("password", s.text(of, "password", "`basic`", true));
}

node api_key(spelling& s, const node& of) {
  s.check(of, "`api_key`", {"header", "query", "value"});
  const bool in_query = spelling::at(of, "query") != nullptr;
  if (in_query == (spelling::at(of, "header") != nullptr)) {
    s.complain(of, "`api_key` says where the key goes: either `header: X-Api-Key` or `query: key`");
  }
  made_dict made(of.line(), "ApiKeyAuthenticator");
  made.set("api_token", s.required_text(of, "value", "`api_key`", true));
  return made.set("inject_into", spelled_option(of.line(), s.text(of, in_query ? "query" : "header", "`api_key`"),
                                                in_query ? "query" : "header"));
}

/// The name of the one setting that a text is.
std::string only_setting(const std::string& expression) {
  constexpr std::string_view begin = "{{ config['";
  constexpr std::string_view end = "'] }}";
  const bool only =
      expression.starts_with(begin) && expression.ends_with(end) && expression.find("}}") == expression.size() - 2;
  return only ? expression.substr(begin.size(), expression.size() - begin.size() - end.size()) : "";
}

void take_rotation(spelling& s, const node& of, const std::string& refresh_token, made_dict& made) {
  const std::string setting = only_setting(refresh_token);
  if (setting.empty()) {
    s.complain(of, "`rotates` is of a `refresh_token` that is a setting by itself: refresh_token: ${NAME}");
    return;
  }
  made.set("refresh_token_updater",
           made_dict(of.line(), "RefreshTokenUpdater")
               .set_list("refresh_token_config_path", {node::text(setting, of.line())})
               .set_list("access_token_config_path", {node::text("access_token", of.line())})
               .set_list("token_expiry_date_config_path", {node::text("token_expiry_date", of.line())}));
}

node oauth(spelling& s, const node& of) {
  s.check(of, "`oauth2`",
          {"token_url", "client_id", "client_secret", "refresh_token", "scopes", "params", "headers", "rotates"});
  made_dict made(of.line(), "OAuthAuthenticator");
  made.set("token_refresh_endpoint", s.required_text(of, "token_url", "`oauth2`"));
  made.set("client_id", s.required_text(of, "client_id", "`oauth2`", true));
  made.set("client_secret", s.required_text(of, "client_secret", "`oauth2`", true));
  const std::string refresh_token = s.text(of, "refresh_token", "`oauth2`", true);
  made.set("grant_type", refresh_token.empty() ? "client_credentials" : "refresh_token");
  if (!refresh_token.empty()) {
    made.set("refresh_token", refresh_token);
  }
  if (const node* const rotates = spelling::at(of, "rotates"); rotates != nullptr && rotates->truth()) {
    take_rotation(s, *rotates, refresh_token, made);
  }
  if (const node* const scopes = spelling::at(of, "scopes")) {
    made.set("scopes", scopes->is_list() ? *scopes : node::list({*scopes}, scopes->line()));
  }
  for (const auto& [ours, theirs] :
       {std::pair("params", "refresh_request_body"), {"headers", "refresh_request_headers"}}) {
    if (const node* const more = spelling::at(of, ours)) {
      made.set(theirs, s.expressed_all(*more, nullptr, false));
    }
  }
  return made;
}

}  // namespace

node spelled_option(int line, const std::string& name, const std::string& place) {
  made_dict made(line, "RequestOption");
  made.set("inject_into", place == "header" ? "header"
                          : place == "json" ? "body_json"
                          : place == "form" ? "body_data"
                                            : "request_parameter");
  return made.set("field_name", name);
}

node spelled_auth(spelling& s, const node& auth) {
  node none = made_dict(auth.line(), "NoAuth");
  if (auth.text() == "none") {
    return none;
  }
  if (!auth.is_dict() || auth.members().size() != 1) {
    s.complain(auth, std::string("`auth` must have one of ") + kinds + ": auth: {bearer: \"${TOKEN}\"}");
    return none;
  }
  s.check(auth, "`auth`", {"bearer", "basic", "api_key", "oauth2", "none"});
  const std::string& kind = auth.members().front().name;
  const node& of = auth.members().front().content;
  if (kind == "bearer") {
    return made_dict(auth.line(), "BearerAuthenticator")
        .set("api_token", s.required_text(auth, "bearer", "`auth`", true));
  }
  return kind == "basic" ? basic(s, of) : kind == "api_key" ? api_key(s, of) : kind == "oauth2" ? oauth(s, of) : none;
}

}  // namespace ingest::rest
