#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/expressions/interpolation.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

/// The hosts that a requester's credentials may go to: those that the manifest or the settings name in its URL, and
/// those that are listed. Not a host that an API's answer names, for that may be anybody's.
class credential_hosts {
 public:
  /// `listed`: "host", "host:port" or "*.domain". `named` are the templates of url, url_base and path: what they hold
  /// up to the end of the host counts unless it names a variable of which answers are made.
  credential_hosts(std::vector<std::string> listed, const std::vector<const interpolation*>& named);

  /// Whether credentials may go to `target`: the host is one of those, and it is not http where those have https.
  /// `given` has config and parameters.
  bool hold(const url& target, const variables& given) const;

  /// `target` by https where it says http, and the requester's own URL, of the same host, says https.
  url by_own_scheme(url target, const variables& given) const;

  /// The hosts, for messages.
  std::string for_people(const variables& given) const;

 private:
  std::vector<url> own(const variables& given) const;
  bool is_listed(const url& target) const;

  std::vector<std::string> listed_;
  std::vector<interpolation> origins_;
};

}  // namespace ingest::rest
