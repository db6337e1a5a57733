#pragma once

#include <string>
#include <string_view>

#include "ingest/error.hpp"
#include "rest/answers/verdict.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

/// The error of a request that failed: names stream, method, URL without its query, status, what the connector and the
/// API say about it, the latter shortened; no secrets. errc::authentication for 401, errc::unavailable for what may
/// pass, errc::config for all else: a person has to change the connector, its settings or a permission.
error failed_request(const std::string& name, std::string_view method, const url& target, const verdict& v,
                     const exchange& e);

}  // namespace ingest::rest
