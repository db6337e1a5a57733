#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/http_client.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

/// A header or a parameter with a secret, of which the file has the text and requests have the value.
struct asked_credential {
  bool in_query = false;
  std::string name;
  std::string text;   ///< "Bearer ${TOKEN}"
  std::string value;  ///< what that comes to
};

/// What a person has said of an API that is to be looked at.
struct asked_api {
  url base;                                                      ///< without a query
  std::vector<std::pair<std::string, std::string>> params = {};  ///< of its query
  std::vector<http_header> headers = {};                         ///< without secrets
  std::vector<asked_credential> credentials = {};
};

/// The address and the headers ("Name: value"), as they were written. `${NAME}` in a value of the query or of a header
/// makes it a credential, with what `variable` has of that name. Throws errc::usage, without quoting it, for a
/// credential that is written out, for what is no header, and for braces elsewhere, which have a meaning in the file
/// that is to be made; errc::config for a variable that is missing and for what is no URL.
asked_api parse_asked_api(const std::string& address, const std::vector<std::string>& headers,
                          const std::function<std::optional<std::string>(const std::string&)>& variable);

/// Whether a parameter of this name is likely to hold a secret.
bool names_credential(std::string_view parameter);

}  // namespace ingest::rest
