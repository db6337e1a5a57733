#include "rest/authenticators/legacy_session_token.hpp"

#include <utility>

#include "ingest/log.hpp"
#include "rest/authenticators/token_authenticators.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

legacy_session_authenticator::legacy_session_authenticator(legacy_session_options options)
    : options_(std::move(options)),
      token_([this](const std::stop_token& stop) { return obtain(stop); }, options_.time) {}

authenticator::proof legacy_session_authenticator::present(const std::stop_token& stop) {
  const issued_token token = token_.token(stop);
  proof p;
  p.number = token.number;
  p.options.headers.set(text_of(options_.header), value::text_of(token.text));
  return p;
}

shared_token::held legacy_session_authenticator::obtain(const std::stop_token& stop) {
  const std::string own = text_of(options_.session_token);
  log::add_secret(own);
  if (!own.empty() && is_valid(own, stop)) {
    return {own};
  }
  if (text_of(options_.username).empty() || text_of(options_.password).empty()) {
    throw error(errc::authentication,
                options_.where + ": the session token is not valid; give a new one, or user name and password");
  }
  return log_in(stop);
}

bool legacy_session_authenticator::is_valid(const std::string& token, const std::stop_token& stop) {
  const answer given = ask({.url = text_of(options_.api_url) + text_of(options_.validate_session_url),
                            .headers = {{text_of(options_.header), token}}},
                           stop);
  if (!given.ok() && given.status() != 401) {
    throw error(errc::unavailable, options_.where + ": asked whether the session token is valid, the API answered " +
                                       std::to_string(given.status()));
  }
  return given.ok();
}

shared_token::held legacy_session_authenticator::log_in(const std::stop_token& stop) {
  const std::string password = text_of(options_.password);
  log::add_secret(password);
  const dictionary body{{"username", value::text_of(text_of(options_.username))},
                        {"password", value::text_of(password)}};
  const answer given = ask({.verb = http_request::method::post,
                            .url = text_of(options_.api_url) + text_of(options_.login_url),
                            .headers = {{"Content-Type", "application/json"}},
                            .body = value::dict_of(body).to_json()},
                           stop);
  const value* const token = given.json_or_empty().find(text_of(options_.session_token_response_key));
  if (!given.ok() || token == nullptr) {
    throw error(given.status() >= 500 ? errc::unavailable : errc::authentication,
                options_.where + ": the login answered " + std::to_string(given.status()) +
                    (given.ok() ? " without a session token; check `session_token_response_key`"
                                : "; check user name and password"));
  }
  return {token->to_text(), options_.time.wall() + std::chrono::hours(24)};
}

std::string legacy_session_authenticator::text_of(const interpolation& input) const {
  return credential_of(input, options_.given.as_variables());
}

answer legacy_session_authenticator::ask(http_request request, const std::stop_token& stop) {
  const url place = parse_url(request.url, options_.where);
  request.url = place.text();
  exchange e = options_.connections->send(request, place.for_people(), stop);
  if (e.failure) {
    throw error(errc::unavailable, options_.where + ": " + place.for_people() + ": " + e.failure->message);
  }
  return std::move(*e.given);
}

}  // namespace ingest::rest
