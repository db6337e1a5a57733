#include "rest/requests/credential_hosts.hpp"

#include <algorithm>
#include <utility>

#include "core/ascii.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

/// What comes of answers, or of records of other streams.
constexpr const char* foreign_variables[] = {
    "stream_slice",     "stream_partition", "stream_interval", "next_page_token", "creation_response",
    "polling_response", "download_target",  "response",        "record",          "last_record",
    "headers"};

/// The end of scheme and host in a template: the first slash outside of expressions that is not of "://".
std::size_t end_of_origin(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.substr(at).starts_with("{{")) {
      at = std::min(text.find("}}", at), text.size() - 2) + 2;
    } else if (text.substr(at).starts_with("://")) {
      at += 3;
    } else if (std::string_view("/?#").find(text[at]) != std::string_view::npos) {
      return at;
    } else {
      ++at;
    }
  }
  return text.size();
}

std::optional<interpolation> origin_of(const interpolation& whole) {
  const std::string& text = whole.text();
  // Where statements choose between URLs, only the whole says where one ends.
  const bool has_statements = text.find("{%") != std::string::npos;
  interpolation origin(has_statements ? text : text.substr(0, end_of_origin(text)), whole.where());
  const bool foreign = std::any_of(std::begin(foreign_variables), std::end(foreign_variables),
                                   [&](const char* name) { return origin.names(name); });
  return foreign || origin.text().empty() ? std::nullopt : std::optional(std::move(origin));
}

}  // namespace

credential_hosts::credential_hosts(std::vector<std::string> listed, const std::vector<const interpolation*>& named)
    : listed_(std::move(listed)) {
  for (std::string& host : listed_) {
    host = lower(host);
  }
  for (const interpolation* text : named) {
    if (auto origin = origin_of(*text)) {
      origins_.push_back(std::move(*origin));
    }
  }
}

std::vector<url> credential_hosts::own(const variables& given) const {
  std::vector<url> all;
  for (const interpolation& origin : origins_) {
    const std::string text = origin.evaluate_itself(given).to_text();
    if (names_host(text) && (lower(text).starts_with("http://") || lower(text).starts_with("https://"))) {
      all.push_back(parse_url(text, origin.where()));
    }
  }
  return all;
}

bool credential_hosts::is_listed(const url& target) const {
  return std::any_of(listed_.begin(), listed_.end(), [&](const std::string& entry) {
    if (entry.starts_with("*.")) {
      return target.host.ends_with(entry.substr(1));
    }
    return entry == target.host || entry == target.host + ":" + target.port_or_default();
  });
}

bool credential_hosts::hold(const url& target, const variables& given) const {
  const auto all = own(given);
  const bool need_https = std::any_of(all.begin(), all.end(), [](const url& u) { return u.scheme == "https"; });
  if (is_listed(target)) {
    return target.scheme == "https" || !need_https;
  }
  return std::any_of(all.begin(), all.end(), [&](const url& u) {
    return u.host_and_port() == target.host_and_port() && (target.scheme == "https" || u.scheme == "http");
  });
}

url credential_hosts::by_own_scheme(url target, const variables& given) const {
  const auto all = own(given);
  const bool has_https = std::any_of(all.begin(), all.end(), [&](const url& u) {
    return u.scheme == "https" && u.host == target.host && u.port_or_default() == "443";
  });
  if (has_https && target.scheme == "http" && target.port_or_default() == "80") {
    target.scheme = "https";
    target.port.clear();
  }
  return target;
}

std::string credential_hosts::for_people(const variables& given) const {
  std::vector<std::string> names = listed_;
  for (const url& u : own(given)) {
    names.push_back(u.host_and_port());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text.empty() ? "no host" : text;
}

}  // namespace ingest::rest
