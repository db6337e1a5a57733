#include <algorithm>

#include "rest/authenticators/jwt_authenticator.hpp"
#include "rest/authenticators/legacy_session_token.hpp"
#include "rest/authenticators/oauth_authenticator.hpp"
#include "rest/authenticators/selective.hpp"
#include "rest/authenticators/session_token.hpp"
#include "rest/authenticators/token_authenticators.hpp"
#include "rest/connectors/building.hpp"
#include "rest/connectors/custom_building.hpp"
#include "rest/dates/duration.hpp"

namespace ingest::rest {

namespace {

using made_authenticator = std::shared_ptr<authenticator>;

std::shared_ptr<token_source> token_of(const component& of, std::string_view field) {
  return std::make_shared<token_of_settings>(of.expression(field), of.given());
}

/// Where an ApiKeyAuthenticator puts its key: older manifests name a header only.
request_option place_of_key(const component& of) {
  if (const auto where = make_optional_option(of, "inject_into")) {
    return *where;
  }
  return {request_option::target::header, {of.expression("header")}};
}

made_authenticator make_oauth(const component& of);

std::shared_ptr<jwt_authenticator> make_jwt(const component& of) {
  jwt_options o;
  o.given = of.given();
  o.where = of.where();
  o.algorithm = of.text("algorithm");
  o.secret_key = of.expression("secret_key");
  o.base64_encode_secret_key = of.truth("base64_encode_secret_key");
  o.token_duration = of.whole("token_duration", o.token_duration);
  o.passphrase = of.optional_expression("passphrase");
  o.header_prefix = of.optional_expression("header_prefix");
  if (const auto headers = of.optional_child("jwt_headers")) {
    o.kid = headers->optional_expression("kid");
    o.typ = headers->optional_expression("typ");
    o.cty = headers->optional_expression("cty");
  } else {
    o.typ = interpolation("JWT", of.where());
  }
  if (const auto payload = of.optional_child("jwt_payload")) {
    o.iss = payload->optional_expression("iss");
    o.sub = payload->optional_expression("sub");
    o.aud = payload->optional_expression("aud");
  }
  o.additional_jwt_headers = of.inputs("additional_jwt_headers");
  o.additional_jwt_payload = of.inputs("additional_jwt_payload");
  o.where_to_put_it = make_optional_option(of, "request_option");
  o.time = of.parts().time;
  return std::make_shared<jwt_authenticator>(std::move(o));
}

std::optional<std::chrono::seconds> duration_of(const component& of, std::string_view field) {
  const auto text = of.optional_expression(field);
  if (!text) {
    return std::nullopt;
  }
  const duration d = duration::parse(text->render(*of.known()), text->where());
  return std::chrono::duration_cast<std::chrono::seconds>(d.time + d.months * std::chrono::days(30));
}

made_authenticator make_session(const component& of) {
  if (const auto decoder = of.optional_child("decoder"); decoder && decoder->type() != "JsonDecoder") {
    decoder->refuse("the answer to a login is read as JSON here");
  }
  session_token_options o;
  o.given = of.given();
  o.where = of.where();
  o.login = make_requester(of.child("login_requester"), "the login of " + of.where());
  o.session_token_path = of.texts("session_token_path");
  o.expiration_duration = duration_of(of, "expiration_duration");
  o.time = of.parts().time;
  std::shared_ptr<token_source> token = std::make_shared<session_token>(std::move(o));
  const component use = of.child("request_authentication");
  if (use.type() == "Bearer") {
    return std::make_shared<bearer_authenticator>(std::move(token));
  }
  if (const auto around = use.optional_expression("api_token")) {
    token = std::make_shared<token_in_template>(std::move(token), *around, use.given());
  }
  return std::make_shared<api_key_authenticator>(std::move(token), place_of_key(use), use.given());
}

made_authenticator make_legacy_session(const component& of) {
  legacy_session_options o;
  o.given = of.given();
  o.where = of.where();
  o.api_url = of.expression("api_url");
  o.header = of.expression("header");
  o.username = of.expression("username");
  o.password = of.expression("password");
  o.session_token = of.expression("session_token");
  o.session_token_response_key = of.expression("session_token_response_key");
  o.login_url = of.expression("login_url");
  o.validate_session_url = of.expression("validate_session_url");
  o.connections = of.parts().connections;
  o.time = of.parts().time;
  return std::make_shared<legacy_session_authenticator>(std::move(o));
}

made_authenticator make_selected(const component& of) {
  const component choices = of.child("authenticators");
  std::vector<std::string> names;
  for (const node::member& m : choices.content().members()) {
    names.push_back(m.name);
  }
  return make_authenticator(choices.child(
      selected_authenticator(of.parts().config, of.texts("authenticator_selection_path"), names, of.where())));
}

constexpr component_maker<made_authenticator> authenticators[] = {
    {"NoAuth", [](const component&) -> made_authenticator { return std::make_shared<no_authenticator>(); }},
    {"ApiKeyAuthenticator",
     [](const component& of) -> made_authenticator {
       return std::make_shared<api_key_authenticator>(token_of(of, "api_token"), place_of_key(of), of.given());
     }},
    {"BearerAuthenticator",
     [](const component& of) -> made_authenticator {
       return std::make_shared<bearer_authenticator>(token_of(of, "api_token"));
     }},
    {"BasicHttpAuthenticator",
     [](const component& of) -> made_authenticator {
       return std::make_shared<basic_authenticator>(of.expression("username"), of.expression("password"), of.given());
     }},
    {"OAuthAuthenticator", make_oauth},
    {"JwtAuthenticator", [](const component& of) -> made_authenticator { return make_jwt(of); }},
    {"SessionTokenAuthenticator", make_session},
    {"LegacySessionTokenAuthenticator", make_legacy_session},
    {"SelectiveAuthenticator", make_selected},
    {"CustomAuthenticator", make_custom_authenticator},
};

std::set<int> statuses_of(const component& of, std::string_view field) {
  std::set<int> all;
  for (const std::string& code : of.texts(field)) {
    all.insert(std::stoi(code));
  }
  return all;
}

std::vector<std::string> texts_or(const component& of, std::string_view field, std::vector<std::string> otherwise) {
  return of.field(field) == nullptr ? std::move(otherwise) : of.texts(field);
}

void take_updater(const component& of, oauth_options& o) {
  const auto updater = of.optional_child("refresh_token_updater");
  if (!updater) {
    return;
  }
  refresh_token_updater u;
  u.refresh_token_name = updater->text("refresh_token_name", u.refresh_token_name);
  u.access_token_config_path = texts_or(*updater, "access_token_config_path", u.access_token_config_path);
  u.refresh_token_config_path = texts_or(*updater, "refresh_token_config_path", u.refresh_token_config_path);
  u.token_expiry_date_config_path =
      texts_or(*updater, "token_expiry_date_config_path", u.token_expiry_date_config_path);
  if (updater->field("refresh_token_error_status_codes") != nullptr) {
    o.refresh_token_error_status_codes = statuses_of(*updater, "refresh_token_error_status_codes");
  }
  o.refresh_token_error_key = updater->text("refresh_token_error_key", o.refresh_token_error_key);
  o.refresh_token_error_values = texts_or(*updater, "refresh_token_error_values", o.refresh_token_error_values);
  o.updater = std::move(u);
  o.store = of.parts().tokens;
  if (!o.store) {
    updater->refuse("the server issues a new refresh token with every access token, and there is no place to keep it");
  }
}

/// By what the settings say of the account, wherever in the manifest it stands.
std::string account_of(const component& of) {
  const auto known = of.known();
  std::string account;
  for (const char* const field : {"token_refresh_endpoint", "client_id", "refresh_token", "grant_type"}) {
    account += of.expression(field).render(*known) + '\n';
  }
  for (const std::string& scope : of.texts("scopes")) {
    account += scope + ' ';
  }
  return account;
}

made_authenticator make_own_oauth(const component& of);

made_authenticator make_oauth(const component& of) {
  shared_authenticators& shared = *of.parts().shared;
  const std::lock_guard lock(shared.mutex);
  made_authenticator& known = shared.by_account[account_of(of)];
  if (!known) {
    known = make_own_oauth(of);
  }
  return known;
}

made_authenticator make_own_oauth(const component& of) {
  oauth_options o;
  o.given = of.given();
  o.where = of.where();
  o.token_refresh_endpoint = of.optional_expression("token_refresh_endpoint");
  o.client_id = of.optional_expression("client_id");
  o.client_secret = of.optional_expression("client_secret");
  o.refresh_token = of.optional_expression("refresh_token");
  o.access_token_value = of.optional_expression("access_token_value");
  o.token_expiry_date = of.optional_expression("token_expiry_date");
  const auto replace = [&of](std::string_view field, interpolation& name) {
    name = of.optional_expression(field).value_or(name);
  };
  replace("client_id_name", o.client_id_name);
  replace("client_secret_name", o.client_secret_name);
  replace("refresh_token_name", o.refresh_token_name);
  replace("access_token_name", o.access_token_name);
  replace("expires_in_name", o.expires_in_name);
  replace("grant_type_name", o.grant_type_name);
  replace("grant_type", o.grant_type);
  o.scopes = of.texts("scopes");
  o.expires_at_a_time = of.field("token_expiry_date_format") != nullptr;
  o.refresh_request_body = of.inputs("refresh_request_body");
  o.refresh_request_headers = of.inputs("refresh_request_headers");
  o.send_refresh_request_as_query_params = of.truth("send_refresh_request_as_query_params");
  if (const auto assertion = of.optional_child("profile_assertion"); assertion && of.truth("use_profile_assertion")) {
    o.profile_assertion = make_jwt(*assertion);
  }
  take_updater(of, o);
  o.connections = of.parts().connections;
  o.time = of.parts().time;
  return std::make_shared<oauth_authenticator>(std::move(o));
}

}  // namespace

std::shared_ptr<authenticator> make_authenticator(const component& of) {
  return make_by_type(authenticators, of);
}

}  // namespace ingest::rest
