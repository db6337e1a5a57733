#pragma once

#include <optional>
#include <string>

#include "ingest/http_client.hpp"

namespace ingest::detail {

/// What the headers of an answer say about the rate limit, in whichever form: `RateLimit: "policy";r=0;t=30` and its
/// forerunners `RateLimit: limit=10, remaining=0, reset=30` and `RateLimit-Remaining`, `RateLimit-Reset`
/// (draft-ietf-httpapi-ratelimit-headers), `X-RateLimit-…`, `X-Rate-Limit-…`. Of several limits, the one that is
/// nearest to its end. A policy whose item names no time is given the window (w) that RateLimit-Policy names.
struct rate_report {
  std::string remaining;  ///< empty: it is not said
  std::string reset;      ///< empty: it is not said
};

std::optional<rate_report> rate_report_in(const http_result& result);

/// True if the headers say that no request remains.
bool says_none_remain(const http_result& result);

}  // namespace ingest::detail
