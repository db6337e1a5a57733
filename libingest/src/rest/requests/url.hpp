#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ingest::rest {

/// An http or https URL, taken apart and spelt as Python's requests sends it: scheme and host in lower case, dots in
/// the path resolved, percent-encodings in upper case, everything else that a URL must not hold percent-encoded.
struct url {
  std::string scheme;
  std::string user_info;  ///< empty: none
  std::string host;
  std::string port;  ///< empty: that of the scheme
  std::string path;  ///< begins with "/"
  std::optional<std::string> query;

  std::string port_or_default() const;
  /// "host", or "host:8443" where the port is not that of the scheme.
  std::string host_and_port() const;
  /// "https://host:8443"
  std::string origin() const;
  std::string text() const;
  /// For messages: without user, password, query.
  std::string for_people() const { return origin() + path; }
};

/// Throws errc::config, naming `where`, for what is no URL of http or https. Hosts must be ASCII, without anything that
/// another parser could take for the end of the host. A fragment is dropped: it is never sent.
url parse_url(std::string_view text, std::string_view where);

/// What Python's urljoin() makes of the two. A `reference` with a scheme of its own is returned as it is.
std::string join_url(std::string_view base, std::string_view reference);

/// How the CDK joins `url_base`, or `url`, and `path`: a slash goes between them, whatever the base ends with; an empty
/// path changes nothing, and a path that is a whole URL stands alone.
std::string join_base(std::string base, std::string_view path);

/// True for what begins with a scheme and "//", or with "//": it names a host.
bool names_host(std::string_view text);

}  // namespace ingest::rest
