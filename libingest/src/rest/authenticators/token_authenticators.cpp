#include "rest/authenticators/token_authenticators.hpp"

#include "core/base64.hpp"
#include "ingest/log.hpp"

namespace ingest::rest {

std::string credential_of(const interpolation& input, const variables& given) {
  const value result = input.evaluate_itself(given);
  return result.is_text() ? result.text() : input.render(given);
}

issued_token token_of_settings::token(const std::stop_token&) {
  std::string text = credential_of(token_, given_.as_variables());
  log::add_secret(text);
  return {std::move(text), 0};
}

authenticator::proof api_key_authenticator::present(const std::stop_token& stop) {
  issued_token token = source_->token(stop);
  proof p;
  p.number = token.number;
  where_.inject(p.options, value::text_of(std::move(token.text)), given_.as_variables());
  return p;
}

authenticator::proof bearer_authenticator::present(const std::stop_token& stop) {
  const issued_token token = source_->token(stop);
  proof p;
  p.number = token.number;
  p.options.headers.set("Authorization", value::text_of("Bearer " + token.text));
  return p;
}

authenticator::proof basic_authenticator::present(const std::stop_token&) {
  const variables given = given_.as_variables();
  const std::string password = credential_of(password_, given);
  const std::string encoded = detail::base64(credential_of(username_, given) + ":" + password);
  log::add_secret(password);
  log::add_secret(encoded);
  proof p;
  p.options.headers.set("Authorization", value::text_of("Basic " + encoded));
  return p;
}

}  // namespace ingest::rest
