#pragma once

#include <stdexcept>
#include <string>

namespace demo_api::rest {

/// A request that cannot be answered as it stands: status and message of the answer.
struct refusal : std::runtime_error {
  refusal(int with_status, const std::string& message) : std::runtime_error(message), status(with_status) {}

  int status;
};

}  // namespace demo_api::rest
