#include "rest/authenticators/jwt_authenticator.hpp"

#include <initializer_list>

#include "core/base64.hpp"
#include "rest/authenticators/jwt_signature.hpp"
#include "rest/authenticators/token_authenticators.hpp"

namespace ingest::rest {

namespace {

void refuse_reserved(const dictionary& given, std::initializer_list<const char*> reserved, const std::string& where) {
  for (const char* name : reserved) {
    if (given.find(name) != nullptr) {
      throw error(errc::config, where + ": \"" + name + "\" is set by the authenticator itself; remove it there");
    }
  }
}

void set_text(dictionary& to, const char* name, const std::optional<interpolation>& input, const variables& given) {
  if (input && !input->text().empty()) {
    to.set(name, value::text_of(credential_of(*input, given)));
  }
}

/// An audience may be several.
void set_audience(dictionary& to, const std::optional<interpolation>& input, const variables& given) {
  if (input && !input->text().empty()) {
    to.set("aud", text_or_list(*input, given));
  }
}

}  // namespace

authenticator::proof jwt_authenticator::present(const std::stop_token& stop) {
  const value content = value::text_of(token(stop).text);
  proof p;
  if (options_.where_to_put_it) {
    options_.where_to_put_it->inject(p.options, content, options_.given.as_variables());
  } else {
    p.options.headers.set("Authorization", content);
  }
  return p;
}

issued_token jwt_authenticator::token(const std::stop_token&) {
  const variables given = options_.given.as_variables();
  std::string key = credential_of(options_.secret_key, given);
  if (options_.base64_encode_secret_key) {
    key = detail::base64(key);
  }
  const std::string passphrase = options_.passphrase ? credential_of(*options_.passphrase, given) : "";
  const std::string content = detail::base64url(headers().to_json()) + "." + detail::base64url(payload().to_json());
  try {
    const std::string signed_token =
        content + "." + detail::base64url(jwt_signature(options_.algorithm, key, passphrase, content));
    const std::string prefix = options_.header_prefix ? credential_of(*options_.header_prefix, given) : "";
    return {(prefix.empty() ? "" : prefix + " ") + signed_token, 0};
  } catch (const error& e) {
    throw error(e.code(), options_.where + ": " + e.what(), e.transient());
  }
}

value jwt_authenticator::headers() const {
  const variables given = options_.given.as_variables();
  dictionary all{{"alg", value::text_of(options_.algorithm)}};
  const dictionary additional = options_.additional_jwt_headers.literals(given);
  refuse_reserved(additional, {"kid", "alg", "typ", "cty"}, options_.where + ".additional_jwt_headers");
  for (const auto& [name, content] : additional) {
    all.set(name, content);
  }
  set_text(all, "kid", options_.kid, given);
  set_text(all, "typ", options_.typ, given);
  set_text(all, "cty", options_.cty, given);
  return value::dict_of(std::move(all));
}

value jwt_authenticator::payload() const {
  const variables given = options_.given.as_variables();
  dictionary all = options_.additional_jwt_payload.literals(given);
  refuse_reserved(all, {"iss", "sub", "aud", "iat", "exp", "nbf"}, options_.where + ".additional_jwt_payload");
  set_text(all, "iss", options_.iss, given);
  set_text(all, "sub", options_.sub, given);
  set_audience(all, options_.aud, given);
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(options_.time.wall().time_since_epoch()).count();
  all.set("iat", value::integer_of(now));
  all.set("exp", value::integer_of(now + options_.token_duration));
  all.set("nbf", value::integer_of(now));
  return value::dict_of(std::move(all));
}

}  // namespace ingest::rest
