#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/recordings/secret_mask.hpp"
#include "rest/requests/exchange.hpp"

namespace ingest::rest {

/// A request without its secrets, and what came of it.
struct recorded_exchange {
  std::string method;
  std::string url;
  std::vector<http_header> headers;
  std::string body;
  exchange outcome = {};

  bool asks_the_same(const recorded_exchange& other) const;

  /// "GET https://host/path?query"
  std::string title() const { return method + " " + url; }

  /// The request and the outcome, as a file has them: bodies of JSON as JSON, other texts as texts, bytes as base64.
  value to_value() const;

  /// Throws errc::bad_data for what is none.
  static recorded_exchange from_value(const value& written);
};

/// `request` as it is kept, and as it is compared.
recorded_exchange recorded_request(const http_request& request, const secret_mask& mask);

/// What is different in the second request, in a few words: "page is 3, recorded is 2".
std::string difference(const recorded_exchange& recorded, const recorded_exchange& asked);

}  // namespace ingest::rest
