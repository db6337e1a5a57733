#include "rest/authenticators/oauth_authenticator.hpp"

#include <algorithm>
#include <utility>

#include "ingest/log.hpp"
#include "ingest/retry.hpp"
#include "log/quotable.hpp"
#include "rest/answers/api_message.hpp"
#include "rest/authenticators/config_path.hpp"
#include "rest/authenticators/oauth_answer.hpp"
#include "rest/authenticators/token_authenticators.hpp"
#include "rest/requests/form_encoding.hpp"
#include "rest/requests/header_lines.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

namespace {

constexpr std::chrono::seconds longest_asking = std::chrono::minutes(5);
constexpr std::chrono::hours usual_life{1};
constexpr const char* assertion_grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

std::string text_at(const value& config, const std::vector<std::string>& path) {
  const value* const found = find_at(config, path);
  return found != nullptr && !found->is_none() ? found->to_text() : "";
}

std::string name_of(const interpolation& input, const variables& given) {
  return input.evaluate_itself(given).to_text();
}

bool may_pass(const exchange& e) {
  return e.failure ? e.failure->what == transport_failure::kind::connection ||
                         e.failure->what == transport_failure::kind::timeout
                   : e.given->status() == 429 || e.given->status() >= 500;
}

}  // namespace

oauth_authenticator::oauth_authenticator(oauth_options options)
    : options_(std::move(options)),
      refresh_token_(options_.updater ? text_at(options_.given.config, options_.updater->refresh_token_config_path)
                                      : text_of(options_.refresh_token)),
      origin_(fingerprint_of(refresh_token_)),
      token_([this](const std::stop_token& stop) { return refresh(stop); }, options_.time, first_token()) {
  require_what_is_needed();
  log::add_secret(refresh_token_);
  log::add_secret(text_of(options_.client_secret));
}

void oauth_authenticator::require_what_is_needed() const {
  const auto need = [&](bool there, const char* what) {
    if (!there) {
      throw error(errc::config, options_.where + ": an OAuthAuthenticator needs " + what);
    }
  };
  const bool refreshes = options_.token_refresh_endpoint.has_value();
  need(refreshes || options_.access_token_value, "a `token_refresh_endpoint` or an `access_token_value`");
  need(!refreshes || options_.connections, "connections to ask for tokens by");
  need(!options_.updater || options_.store, "a place where the refresh tokens that the API issues are kept");
  const bool asserts = options_.profile_assertion != nullptr;
  need(asserts || options_.updater || (options_.client_id && options_.client_secret),
       "`client_id` and `client_secret`, or a `profile_assertion`");
  const bool by_refresh_token = !asserts && text_of(options_.grant_type) == "refresh_token";
  need(!by_refresh_token || options_.updater || options_.refresh_token || !refreshes,
       "a `refresh_token`, or another `grant_type`");
}

std::string oauth_authenticator::text_of(const std::optional<interpolation>& input) const {
  return input ? credential_of(*input, options_.given.as_variables()) : "";
}

/// What was kept, or else what the settings have: the former came of the latter.
std::optional<shared_token::held> oauth_authenticator::first_token() {
  const auto never = shared_token::wall_time::max();
  if (!options_.updater) {
    const std::string access = text_of(options_.access_token_value);
    const std::string date = text_of(options_.token_expiry_date);
    const bool refreshes = options_.token_refresh_endpoint.has_value();
    if (access.empty() || (refreshes && date.empty())) {
      return std::nullopt;
    }
    return shared_token::held{access, refreshes ? expiry_of(value::text_of(date), true, options_.time.wall()) : never};
  }
  const auto kept = options_.store ? options_.store->load(origin_) : std::nullopt;
  if (kept) {
    refresh_token_ = kept->refresh_token;
    log::add_secret(refresh_token_);
    return kept->access_token.empty() || !kept->expires
               ? std::nullopt
               : std::optional(shared_token::held{kept->access_token, *kept->expires});
  }
  const std::string access = text_at(options_.given.config, options_.updater->access_token_config_path);
  const std::string date = text_at(options_.given.config, options_.updater->token_expiry_date_config_path);
  return access.empty() || date.empty()
             ? std::nullopt
             : std::optional(shared_token::held{access, expiry_of(value::text_of(date), true, options_.time.wall())});
}

authenticator::proof oauth_authenticator::present(const std::stop_token& stop) {
  const issued_token token = token_.token(stop);
  proof p;
  p.number = token.number;
  p.options.headers.set("Authorization", value::text_of("Bearer " + token.text));
  return p;
}

bool oauth_authenticator::renew(std::uint64_t number) {
  return options_.token_refresh_endpoint && token_.renew(number);
}

shared_token::held oauth_authenticator::refresh(const std::stop_token& stop) {
  return take_in(ask(stop));
}

shared_token::held oauth_authenticator::take_in(const value& issued) {
  const variables given = options_.given.as_variables();
  const std::string name = name_of(options_.access_token_name, given);
  const value* const access = find_issued(issued, name);
  if (access == nullptr || !access->truth()) {
    throw error(errc::authentication, options_.where + ": the answer of the token endpoint has no `" + name +
                                          "`; check `access_token_name` and the credentials");
  }
  const auto now = options_.time.wall();
  const value* const expires = find_issued(issued, name_of(options_.expires_in_name, given));
  const bool says_when = expires != nullptr && !expires->is_none();
  shared_token::held held{access->to_text(),
                          says_when ? expiry_of(*expires, options_.expires_at_a_time, now) : now + usual_life};
  log::add_secret(held.text);
  if (options_.updater) {
    const value* const next = find_issued(issued, options_.updater->refresh_token_name);
    const std::string refresh_token = next != nullptr && next->truth() ? next->to_text() : refresh_token_;
    log::add_secret(refresh_token);
    options_.store->save(origin_, {refresh_token, held.text, std::chrono::floor<std::chrono::seconds>(held.expires)});
    refresh_token_ = refresh_token;
  }
  return held;
}

dictionary oauth_authenticator::refresh_arguments() const {
  const variables given = options_.given.as_variables();
  dictionary all;
  all.set(name_of(options_.grant_type_name, given), value::text_of(name_of(options_.grant_type, given)));
  if (options_.refresh_request_headers.texts_and_lists(given).find("Authorization") == nullptr) {
    const auto from_config = [&](const char* name, const std::optional<interpolation>& own) {
      const std::string kept = options_.updater ? text_at(options_.given.config, {"credentials", name}) : "";
      return value::text_of(kept.empty() ? text_of(own) : kept);
    };
    all.set(name_of(options_.client_id_name, given), from_config("client_id", options_.client_id));
    all.set(name_of(options_.client_secret_name, given), from_config("client_secret", options_.client_secret));
  }
  if (!refresh_token_.empty()) {
    const std::string name =
        options_.updater ? options_.updater->refresh_token_name : name_of(options_.refresh_token_name, given);
    all.set(name, value::text_of(refresh_token_));
  }
  if (!options_.scopes.empty()) {
    value::elements scopes;
    for (const std::string& scope : options_.scopes) {
      scopes.push_back(value::text_of(scope));
    }
    all.set("scopes", value::list_of(std::move(scopes)));
  }
  for (const auto& [name, content] : options_.refresh_request_body.literals(given)) {
    if (all.find(name) == nullptr) {
      all.set(name, content);
    }
  }
  return all;
}

http_request oauth_authenticator::refresh_request(const std::stop_token& stop) const {
  const variables given = options_.given.as_variables();
  url endpoint = parse_url(text_of(options_.token_refresh_endpoint), options_.where + ".token_refresh_endpoint");
  http_request r;
  r.verb = http_request::method::post;
  r.headers = header_lines(options_.refresh_request_headers.literals(given));
  if (options_.profile_assertion) {
    r.body = form_encoded({{name_of(options_.grant_type_name, given), value::text_of(assertion_grant)},
                           {"assertion", value::text_of(options_.profile_assertion->token(stop).text)}});
  } else if (options_.send_refresh_request_as_query_params) {
    add_to_query(endpoint, refresh_arguments());
  } else {
    r.body = form_encoded(refresh_arguments());
  }
  if (!r.body.empty()) {
    set_unless_given(r.headers, "Content-Type", "application/x-www-form-urlencoded");
  }
  r.url = endpoint.text();
  return r;
}

value oauth_authenticator::ask(const std::stop_token& stop) const {
  const http_request request = refresh_request(stop);
  const std::string what = options_.where + ": POST " + parse_url(request.url, options_.where).for_people();
  retry_schedule schedule({.deadline = longest_asking, .first_delay = std::chrono::seconds(1)});
  for (;;) {
    const exchange e = options_.connections->send(request, what, stop);
    if (e.given && e.given->status() < 300) {
      return e.given->json();
    }
    if (!may_pass(e)) {
      if (e.failure) {
        throw error(errc::config, what + ": " + e.failure->message);
      }
      refuse(*e.given, what);
    }
    const auto wait = schedule.next(options_.time.now());
    if (!wait) {
      const std::string why = e.failure ? e.failure->message : "answered " + std::to_string(e.given->status());
      throw error(errc::unavailable, what + ": no token within 5 minutes, at last: " + why);
    }
    if (!options_.time.wait(*wait, stop)) {
      throw error(errc::cancelled, "stop requested while waiting for a token");
    }
  }
}

void oauth_authenticator::refuse(const answer& given, const std::string& what) const {
  const value* const code = given.json_or_empty().find(options_.refresh_token_error_key);
  const auto& values = options_.refresh_token_error_values;
  const bool is_of_refresh_token = options_.refresh_token_error_status_codes.contains(given.status()) &&
                                   code != nullptr &&
                                   std::find(values.begin(), values.end(), code->to_text()) != values.end();
  const std::string words = detail::quotable(api_message(given).value_or(""));
  const std::string said = what + " answered " + std::to_string(given.status()) + (words.empty() ? "" : ": " + words);
  throw error(errc::authentication,
              said + (is_of_refresh_token ? "; the refresh token is invalid or has expired: log in again and "
                                            "set the new one"
                                          : "; check the client's id and secret and the endpoint"));
}

}  // namespace ingest::rest
