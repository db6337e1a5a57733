#pragma once

#include <optional>

#include "ingest/http_client.hpp"
#include "rest/requests/answer.hpp"

namespace ingest::rest {

/// One attempt at a request: an answer, or why there is none.
struct exchange {
  std::optional<answer> given;
  std::optional<transport_failure> failure;
};

}  // namespace ingest::rest
