#include "rest/recordings/secret_mask.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/ascii.hpp"
#include "ingest/error.hpp"
#include "log/redaction.hpp"
#include "log/secret_spelling.hpp"
#include "rest/requests/url_parts.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view mark = "SECRET_";
constexpr std::size_t shortest_secret = 4;
constexpr std::size_t shortest_number = 6;
constexpr std::size_t shortest_named = 6;
constexpr std::size_t deepest = 64;

bool is_name_character(unsigned char c) {
  return std::isalnum(c) != 0 || c == '_';
}

/// Letters, digits and "_" are the same in URLs, forms, JSON and templates.
std::string mark_of(const std::string& path) {
  std::string made(mark);
  std::transform(path.begin(), path.end(), std::back_inserter(made),
                 [](unsigned char c) { return is_name_character(c) ? static_cast<char>(c) : '_'; });
  return made;
}

bool is_number(std::string_view text) {
  return text.size() >= shortest_number &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Of a number another number: what templates make of the one, they make of the other.
std::string stand_in(const std::string& secret, const std::string& path) {
  return is_number(secret) ? std::string(secret.size(), '9') : mark_of(path);
}

std::string plain(std::string_view name) {
  std::string made = lower(name);
  std::erase_if(made, [](char c) { return c == '_' || c == '-'; });
  return made;
}

constexpr std::array<std::string_view, 9> ends_of_settings = {
    "apikey", "token", "secret", "password", "privatekey", "passphrase", "secretkey", "accesskey", "credential"};
// Not "token", nor what ends with it: pages have such names, too.
constexpr std::array<std::string_view, 21> names_in_bodies = {
    "accesstoken",  "refreshtoken",    "idtoken",   "authtoken", "apitoken",  "sessiontoken", "apikey",
    "clientsecret", "clientassertion", "assertion", "password",  "passwd",    "secret",       "secretkey",
    "privatekey",   "signature",       "sig",       "jwt",       "sessionid", "bearertoken",  "xamzsignature"};

bool is_secret_setting(std::string_view name) {
  const std::string bare = plain(name);
  return std::any_of(ends_of_settings.begin(), ends_of_settings.end(),
                     [&](std::string_view end) { return bare.ends_with(end); });
}

bool is_secret_member(std::string_view name) {
  return std::find(names_in_bodies.begin(), names_in_bodies.end(), plain(name)) != names_in_bodies.end();
}

bool is_base64(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
}

}  // namespace

void secret_mask::add(const std::string& secret, const std::string& stands_for_it) {
  if (secret.size() < shortest_secret) {
    return;
  }
  const auto insert = [&](needle n) {
    const bool known =
        std::any_of(needles_.begin(), needles_.end(), [&](const needle& other) { return other.text == n.text; });
    if (!known) {
      const auto place = std::find_if(needles_.begin(), needles_.end(),
                                      [&](const needle& other) { return other.text.size() < n.text.size(); });
      needles_.insert(place, std::move(n));
    }
  };
  insert({secret, stands_for_it, false});
  for (std::string& core : detail::base64_cores(secret)) {
    insert({std::move(core), stands_for_it, true});
  }
}

value secret_mask::add_settings(const value& config, const std::vector<std::string>& secrets) {
  return without_secrets(config, "", secrets);
}

value secret_mask::without_secrets(const value& of, const std::string& path, const std::vector<std::string>& secrets) {
  if (of.is_dict()) {
    dictionary members;
    for (const auto& [name, content] : of.members()) {
      const std::string below = path.empty() ? name.to_text() : path + "." + name.to_text();
      members.set(name, without_secrets(content, below, secrets));
    }
    return value::dict_of(std::move(members));
  }
  if (of.is_list()) {
    value::elements items;
    for (std::size_t i = 0; i < of.items().size(); ++i) {
      items.push_back(without_secrets(of.items()[i], path + "." + std::to_string(i), secrets));
    }
    return value::list_of(std::move(items));
  }
  if (!of.is_text() && !of.is_number()) {
    return of;
  }
  const std::string text = of.is_number() ? of.digits() : of.text();
  const bool listed = std::find(secrets.begin(), secrets.end(), text) != secrets.end();
  const bool by_name = of.is_text() && text.size() >= shortest_named &&
                       is_secret_setting(path.substr(path.rfind('.') == std::string::npos ? 0 : path.rfind('.') + 1));
  if (text.empty() || (!listed && !by_name) || (of.is_number() && !is_number(text))) {
    return of;
  }
  const std::string instead = stand_in(text, path);
  add(text, instead);
  return of.is_number() ? value::number_of(instead) : value::text_of(instead);
}

/// What stands for a secret, or will, has its name already.
void secret_mask::add_member(const std::string& name, const std::string& content) {
  const bool is_stand_in = content.starts_with(mark) || content.find_first_not_of('9') == std::string::npos;
  if (content.size() >= shortest_named && is_secret_member(name) && !is_stand_in && masked(content) == content) {
    add(content, mark_of(lower(name)));
  }
}

void secret_mask::add_named(const value& of, std::size_t depth) {
  if (depth > deepest) {
    return;
  }
  if (of.is_dict()) {
    for (const auto& [name, content] : of.members()) {
      if (content.is_text()) {
        add_member(name.to_text(), content.text());
      } else {
        add_named(content, depth + 1);
      }
    }
  } else if (of.is_list()) {
    for (const value& item : of.items()) {
      add_named(item, depth + 1);
    }
  }
}

void secret_mask::add_named(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return;
  }
  if (body[first] != '{' && body[first] != '[') {
    return add_pairs(body);
  }
  value read;
  try {
    read = value::from_json(body);
  } catch (const error&) {
    return;  // no JSON, so no members
  }
  add_named(read, 0);
}

/// Values as they are spelt: masked() looks for them spelt like that, at least.
void secret_mask::add_pairs(std::string_view pairs) {
  while (!pairs.empty()) {
    const std::size_t end = std::min(pairs.find('&'), pairs.size());
    const std::string_view pair = pairs.substr(0, end);
    if (const std::size_t equals = pair.find('='); equals != std::string_view::npos) {
      add_member(std::string(pair.substr(0, equals)), std::string(pair.substr(equals + 1)));
    }
    pairs.remove_prefix(std::min(end + 1, pairs.size()));
  }
}

void secret_mask::add_query(std::string_view url) {
  const url_parts parts = split_url(url);
  add_pairs(parts.query.value_or(""));
  if (parts.authority) {
    const std::size_t at = parts.authority->rfind('@');
    if (at != std::string_view::npos && !parts.authority->starts_with(mark)) {
      add(std::string(parts.authority->substr(0, at)), std::string(mark) + "user");
    }
  }
}

std::string secret_mask::without(const needle& n, std::string text) const {
  std::string made;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = detail::spelt_length(text, at, n.text, n.base64);
    if (length == 0) {
      ++at;
      continue;
    }
    std::size_t begin = at;
    std::size_t end = at + length;
    if (n.base64) {
      while (begin > kept && is_base64(text[begin - 1])) {
        --begin;
      }
      while (end < text.size() && is_base64(text[end])) {
        ++end;
      }
    }
    made.append(text, kept, begin - kept).append(n.stands_for_it);
    kept = at = end;
  }
  return kept == 0 ? std::move(text) : made.append(text, kept, std::string::npos);
}

std::string secret_mask::masked(std::string_view text) const {
  std::string made(text);
  for (const needle& n : needles_) {
    made = without(n, std::move(made));
  }
  return made;
}

http_header secret_mask::masked(const http_header& header) const {
  if (!detail::names_secret(header.name)) {
    return {header.name, masked(header.value)};
  }
  const std::size_t space = header.value.find(' ');
  const bool has_scheme = lower(header.name).ends_with("authorization") && space != std::string::npos;
  return {header.name, (has_scheme ? header.value.substr(0, space + 1) : "") + "SECRET"};
}

}  // namespace ingest::rest
