#pragma once

#include <cstdint>

#include "demo_api/random.hpp"

namespace demo_api {

/// What can go wrong with a request on purpose.
enum class fault {
  none,
  too_many_requests,  ///< 429 with a chosen Retry-After
  server_error,       ///< 502, 503 or 504, some with an HTML body
  reset,              ///< the connection is reset before or within the answer
  truncate,           ///< the body is cut short
  garbage,            ///< 200 with a body that is no page
  revoke,             ///< the stream token is declared invalid, from now on
  expire,             ///< the cursor is declared expired, from now on
};

/// How often, each in percent of the requests.
struct fault_rates {
  double too_many_requests = 0;
  double server_error = 0;
  double reset = 0;
  double truncate = 0;
  double garbage = 0;
  double revoke = 0;
  double expire = 0;
  double latency = 0;
};

struct planned_fault {
  fault kind = fault::none;
  std::uint64_t variant = 0;  ///< random bits that choose between the forms of a fault
  bool late = false;          ///< the answer is to be delayed
};

/// Decides which requests meet with which fault: by seed and number of the request alone, so that a run can be
/// repeated.
class fault_plan {
 public:
  fault_plan(const fault_rates& rates, std::uint64_t seed);

  planned_fault at(std::uint64_t request) const;

 private:
  fault_rates rates_;
  std::uint64_t seed_;
};

}  // namespace demo_api
