#include "rest/requests/url.hpp"

#include <algorithm>
#include <charconv>

#include "core/ascii.hpp"
#include "ingest/error.hpp"
#include "rest/requests/url_parts.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t longest_url = 64u << 10;

bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
}

/// The byte that "%xx" at `at` stands for; -1 where it stands for none.
int encoded_byte(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size() || !is_hex_digit(text[at + 1]) || !is_hex_digit(text[at + 2])) {
    return -1;
  }
  return digit_value(text[at + 1]) * 16 + digit_value(text[at + 2]);
}

void append_encoded(std::string& to, unsigned char byte) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  to.push_back('%');
  to.push_back(hex[byte >> 4]);
  to.push_back(hex[byte & 0xF]);
}

/// urllib3 first: "%" is an encoding only if each of the text is a right one. Then requests' requote_uri(): what needs
/// no encoding loses it.
std::string requoted(std::string text, std::string_view allowed) {
  bool all_right = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (encoded_byte(text, i) >= 0) {
      text[i + 1] = upper(text[i + 1]);
      text[i + 2] = upper(text[i + 2]);
    } else {
      all_right = all_right && text[i] != '%';
    }
  }
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%' && all_right) {
      const int byte = encoded_byte(text, i);
      i += 2;
      if (byte < 0x80 && is_unreserved(static_cast<char>(byte))) {
        result.push_back(static_cast<char>(byte));
      } else {
        append_encoded(result, static_cast<unsigned char>(byte));
      }
    } else if (is_unreserved(c) || allowed.find(c) != std::string_view::npos) {
      result.push_back(c);
    } else {
      append_encoded(result, static_cast<unsigned char>(c));
    }
  }
  return result;
}

/// RFC 3986, section 5.2.4, as urllib3 does it.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : split_path(path)) {
    if (part == "..") {
      if (!kept.empty()) {
        kept.pop_back();
      }
    } else if (part != ".") {
      kept.push_back(part);
    }
  }
  const bool lost_its_root = path.starts_with('/') && (kept.empty() || !kept.front().empty());
  if (path.ends_with("/.") || path.ends_with("/..")) {
    kept.push_back("");
  }
  return (lost_its_root ? "/" : "") + joined_path(kept);
}

[[noreturn]] void refuse(std::string_view where, const std::string& why) {
  throw error(errc::config,
              std::string(where) + ": the URL of the request " + why + "; it should look like https://host/path");
}

void read_port(url& u, std::string_view text, std::string_view where) {
  unsigned port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc() || end != text.data() + text.size() || port > 65535) {
    refuse(where, "has a port that is no number up to 65535");
  }
  u.port = std::to_string(port);
}

void read_authority(url& u, std::string_view text, std::string_view where) {
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return c == '\\' || static_cast<unsigned char>(c) <= 0x20; })) {
    refuse(where, "has a backslash or a blank before the end of its host");
  }
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    u.user_info = requoted(std::string(text.substr(0, at)), "!$&'()*+,;=:");
    text.remove_prefix(at + 1);
  }
  const bool is_ipv6 = text.starts_with('[');
  const auto bracket = text.find(']');
  if (is_ipv6 && bracket == std::string_view::npos) {
    refuse(where, "has a host that ends nowhere");
  }
  const auto colon = text.find(':', is_ipv6 ? bracket : 0);
  u.host = lower(text.substr(0, colon));
  const auto is_of_name = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; };
  const auto is_of_address = [](char c) { return is_hex_digit(c) || c == ':' || c == '.' || c == '[' || c == ']'; };
  if (u.host.empty() || !(is_ipv6 ? std::all_of(u.host.begin(), u.host.end(), is_of_address)
                                  : std::all_of(u.host.begin(), u.host.end(), is_of_name))) {
    refuse(where, "has a host with a character that no host name has");
  }
  if (colon != std::string_view::npos && colon + 1 < text.size()) {
    read_port(u, text.substr(colon + 1), where);
  }
}

}  // namespace

std::string url::port_or_default() const {
  return !port.empty() ? port : scheme == "https" ? "443" : "80";
}

std::string url::host_and_port() const {
  const bool usual = port.empty() || port == (scheme == "https" ? "443" : "80");
  return usual ? host : host + ":" + port;
}

std::string url::origin() const {
  return scheme + "://" + host + (port.empty() ? "" : ":" + port);
}

std::string url::text() const {
  return scheme + "://" + (user_info.empty() ? "" : user_info + "@") + host + (port.empty() ? "" : ":" + port) + path +
         (query ? "?" + *query : "");
}

url parse_url(std::string_view text, std::string_view where) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) {
    text.remove_prefix(1);
  }
  if (text.size() > longest_url) {
    refuse(where, "is longer than 64 KiB");
  }
  const url_parts p = split_url(text);
  url u;
  u.scheme = lower(p.scheme);
  if (u.scheme != "http" && u.scheme != "https") {
    refuse(where, "does not begin with http:// or https://");
  }
  if (!p.authority) {
    refuse(where, "has no host");
  }
  read_authority(u, *p.authority, where);
  u.path = requoted(without_dots(p.path), "!$&'()*+,;=:@/");
  if (!u.path.starts_with('/')) {
    u.path.insert(u.path.begin(), '/');
  }
  if (p.query && !p.query->empty()) {
    u.query = requoted(std::string(*p.query), "!$&'()*+,;=:@/?");
  }
  return u;
}

}  // namespace ingest::rest
