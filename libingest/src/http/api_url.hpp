#pragma once

#include <string>
#include <string_view>

namespace ingest::detail {

/// The base URL of an API, taken apart.
struct api_url {
  std::string origin;  ///< "https://host:8443"
  std::string path;    ///< "/api/v1", without a slash at its end; may be empty

  std::string base() const { return origin + path; }
};

/// Throws errc::config, naming `base_url`, for anything but http or https, a host and a path: user names, passwords,
/// queries and fragments are refused.
api_url parse_api_url(const std::string& text);

/// True for an absolute path that stays on the host it is appended to: "/feed", but not "//host/feed" or "http://host".
bool is_path(std::string_view text);

/// `text` for use as the value of a query parameter (RFC 3986, section 2.1).
std::string percent_encoded(std::string_view text);

}  // namespace ingest::detail
