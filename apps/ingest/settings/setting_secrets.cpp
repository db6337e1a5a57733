#include "settings/setting_secrets.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/trimmed.hpp"
#include "ingest/log.hpp"
#include "log/redaction.hpp"
#include "settings/otel_pairs.hpp"

namespace ingest::detail {

namespace {

/// The passwords of the user and of the client's TLS key, as libpq understands them, and as they stand there, in case
/// that libpq does not.
std::vector<std::string> passwords_in(const std::string& connection) {
  std::vector<std::string> passwords;
  using parsed = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;
  const parsed options(PQconninfoParse(connection.c_str(), nullptr), &PQconninfoFree);
  for (const PQconninfoOption* o = options.get(); o != nullptr && o->keyword != nullptr; ++o) {
    const std::string_view keyword = o->keyword;
    if ((keyword == "password" || keyword == "sslpassword") && o->val != nullptr && *o->val != '\0') {
      passwords.emplace_back(o->val);
    }
  }
  if (const auto written = password_of_url(connection); written && written->begin < written->end) {
    passwords.push_back(connection.substr(written->begin, written->end - written->begin));
  }
  return passwords;
}

/// The values of headers that authenticate, and what of them is the token itself.
std::vector<std::string> secrets_in_headers(std::string_view text) {
  std::vector<std::string> secrets;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find_first_of("|\n"));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto colon = line.find(':');
    const std::string_view value = colon == std::string_view::npos ? "" : trimmed(line.substr(colon + 1), " \t\r");
    const bool has_scheme = value.starts_with("Bearer ") || value.starts_with("Basic ");
    if (!value.empty() && (has_scheme || names_secret(line.substr(0, colon)))) {
      secrets.emplace_back(value);
      if (has_scheme) {
        secrets.emplace_back(trimmed(value.substr(value.find(' ')), " \t\r"));
      }
    }
  }
  return secrets;
}

/// What vendors call the header of their key is often no word that tells; a tenant or a data set, whose name may stand
/// anywhere in the log, is shorter than keys are.
std::vector<std::string> secrets_in_otel_headers(const std::string& text) {
  constexpr std::size_t long_enough_for_a_key = 16;
  std::vector<std::string> secrets;
  const otel_pairs found = pairs_in(text);
  for (const auto& [name, value] : found.pairs) {
    const auto blank = value.find(' ');
    if (blank != std::string::npos || value.size() >= long_enough_for_a_key || names_secret(name)) {
      secrets.push_back(value);
    }
    if (blank != std::string::npos) {
      secrets.emplace_back(trimmed(std::string_view(value).substr(blank)));
    }
  }
  if (!found.whole) {
    secrets.push_back(text);
  }
  return secrets;
}

std::vector<std::string> secrets_in(const setting_definition& d, const std::string& text) {
  switch (d.type) {
    case setting_type::secret:
      return {text};
    case setting_type::connection:
      return passwords_in(text);
    case setting_type::headers:
      return secrets_in_headers(text);
    case setting_type::otel_headers:
      return secrets_in_otel_headers(text);
    default:
      return {};
  }
}

}  // namespace

bool holds_secret(const setting_definition& d, const std::string& text) {
  return !secrets_in(d, text).empty() || (d.type == setting_type::connection && without_passwords(text) != text);
}

void register_secrets(const setting_definition& d, const std::string& text) {
  for (const std::string& secret : secrets_in(d, text)) {
    log::add_secret(secret);
  }
}

}  // namespace ingest::detail
