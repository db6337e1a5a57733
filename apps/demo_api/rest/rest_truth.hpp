#pragma once

#include <memory>
#include <string>

#include "demo_api/http_message.hpp"
#include "demo_api/rest/rest_api.hpp"

namespace demo_api::rest {

/// Answers with all records of a resource as they are now, one a line, in the order of their numbers; children behind
/// each other by their parents. Nothing changes until all is sent.
void send_truth(const resource& of, http_response& response);

/// Of each resource the number of its records and a checksum, the sum of the FNV-1a hashes (64 bits) of its lines, as
/// JSON:
/// {"orders.records":2,"orders.checksum":1}.
std::string summary_of_truth(const rest_api& api);

}  // namespace demo_api::rest
