#include "rest/authenticators/session_token.hpp"

#include <utility>

#include "rest/authenticators/config_path.hpp"
#include "rest/authenticators/token_authenticators.hpp"

namespace ingest::rest {

session_token::session_token(session_token_options options)
    : options_(std::move(options)),
      token_([this](const std::stop_token& stop) { return log_in(stop); }, options_.time) {}

shared_token::held session_token::log_in(const std::stop_token& stop) {
  const variables given = options_.given.as_variables();
  const request_outcome outcome = options_.login->send(given, {}, std::nullopt, stop);
  if (outcome.what != request_outcome::kind::answered || !outcome.given) {
    throw error(errc::authentication, options_.where +
                                          ": the answer to the login is ignored by a response filter, so that there "
                                          "is no session token; let it FAIL or RETRY");
  }
  const value* const found = find_at(outcome.given->json(), options_.session_token_path);
  if (found == nullptr || found->is_none()) {
    throw error(errc::authentication, options_.where +
                                          ": the answer to the login has nothing at `session_token_path`; check the "
                                          "path and the credentials");
  }
  const auto life = options_.expiration_duration;
  return {found->to_text(), life ? options_.time.wall() + *life : shared_token::wall_time::max()};
}

issued_token token_in_template::token(const std::stop_token& stop) {
  issued_token inner = source_->token(stop);
  variables given = given_.as_variables();
  given.set("session_token", value::text_of(inner.text));
  return {credential_of(text_, given), inner.number};
}

}  // namespace ingest::rest
