#include "settings/weakened_settings.hpp"

#include <arpa/inet.h>
#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "settings/setting_definition.hpp"

namespace ingest {

namespace {

bool is_loopback(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24) == 127;
  }
  return host == "localhost" || (::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6));
}

std::string host_of_url(std::string_view url) {
  std::string_view authority = url.substr(url.find("://") + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (authority.starts_with('[')) {
    return std::string(authority.substr(1, authority.find(']') - 1));
  }
  return std::string(authority.substr(0, authority.find(':')));
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// Whether libcurl goes past the proxy for this host: it, or a domain that it is in, is on the list, or all are.
bool is_excepted_from_proxy(const std::string& host) {
  const std::string either = variable("no_proxy").empty() ? variable("NO_PROXY") : variable("no_proxy");
  std::string_view list = either;
  while (!list.empty()) {
    std::string_view entry = list.substr(0, list.find_first_of(", "));
    list.remove_prefix(std::min(entry.size() + 1, list.size()));
    entry.remove_prefix(entry.starts_with('.') ? 1 : 0);
    if (entry == "*" || (!entry.empty() && (host == entry || host.ends_with("." + std::string(entry))))) {
      return true;
    }
  }
  return false;
}

/// The variable that gives libcurl a proxy for http:// URLs of this host; empty if there is none.
std::string proxy_variable(const std::string& host) {
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {  // HTTP_PROXY a CGI program's client could set
    if (!variable(name).empty()) {
      return is_excepted_from_proxy(host) ? "" : name;
    }
  }
  return "";
}

std::string weakness_of_api(const std::string& url) {
  if (!url.starts_with("http://")) {
    return "";
  }
  const std::string host = host_of_url(url);
  if (const std::string proxy = proxy_variable(host); !proxy.empty()) {
    return "API_BASE_URL is http and " + proxy +
           " is set: the API key and the events pass that proxy in the open; use https, or name " + host +
           " in no_proxy";
  }
  return is_loopback(host)
             ? ""
             : "API_BASE_URL is http: the API key and the events cross the network in the open; use https";
}

using options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

void overlay(std::map<std::string, std::string>& values, const options& stronger) {
  for (const PQconninfoOption* o = stronger.get(); o != nullptr && o->keyword != nullptr; ++o) {
    if (o->val != nullptr && *o->val != '\0') {
      values[o->keyword] = o->val;
    }
  }
}

/// Whether all of `hosts`, a list as libpq takes it, are Unix sockets or this machine.
bool stays_on_this_machine(std::string_view hosts) {
  while (!hosts.empty()) {
    const std::string host(hosts.substr(0, hosts.find(',')));
    hosts.remove_prefix(std::min(host.size() + 1, hosts.size()));
    if (!host.empty() && host.front() != '/' && host.front() != '@' && !is_loopback(host)) {
      return false;
    }
  }
  return true;
}

std::string weakness_of_connection(const std::string& url) {
  const options defaults(PQconndefaults(), &PQconninfoFree);
  const options given(PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
  std::map<std::string, std::string> values;
  overlay(values, defaults);
  overlay(values, given);
  const std::string mode = values["sslmode"];
  if (mode == "verify-full" || stays_on_this_machine(values[values["hostaddr"].empty() ? "host" : "hostaddr"])) {
    return "";
  }
  const std::string subject = "DATABASE_URL has sslmode=" + mode + ": ";
  const std::string remedy = "; add sslmode=verify-full (and sslrootcert, if the authority is your own)";
  if (mode == "require" || mode == "verify-ca") {
    return subject + "password and events are encrypted, but nobody checks that the server is the one you mean" +
           remedy;
  }
  return subject + "password and events may cross the network in the open" +
         (mode == "disable" ? "" : ", if the server offers no TLS or someone in between says so") + remedy;
}

}  // namespace

std::vector<std::string> weakened_settings(const settings& s, command c) {
  std::vector<std::string> found;
  const auto uses = [c](std::string_view name) { return find_setting(name)->used_by(c); };
  const bool loads = s.to.what == target_choice::kind::postgres;
  if (uses("ALLOW_UNLOGGED") && loads && s.allow_unlogged) {
    found.emplace_back(
        "ALLOW_UNLOGGED is set: a crash of PostgreSQL empties an UNLOGGED table, and loaded events are lost");
  }
  if (uses("API_BASE_URL") && s.from.what == source_choice::kind::api) {
    if (std::string weakness = weakness_of_api(s.api_base_url); !weakness.empty()) {
      found.push_back(std::move(weakness));
    }
  }
  if (uses("DATABASE_URL") && loads) {
    if (std::string weakness = weakness_of_connection(s.database_url); !weakness.empty()) {
      found.push_back(std::move(weakness));
    }
  }
  return found;
}

void warn_of(const settings& s, command c) {
  for (const std::string& doubt : s.misspelt) {
    log::warning(events::setting_misspelt, doubt);
  }
  for (const std::string& nothing : s.unused) {
    log::warning(events::setting_unused, nothing);
  }
  for (const std::string& weakness : weakened_settings(s, c)) {
    log::warning(events::setting_weakened, weakness);
  }
}

}  // namespace ingest
