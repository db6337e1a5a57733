#include "demo_api/faults.hpp"

#include <array>
#include <utility>

namespace demo_api {

fault_plan::fault_plan(const fault_rates& rates, std::uint64_t seed) : rates_(rates), seed_(seed) {}

planned_fault fault_plan::at(std::uint64_t request) const {
  const std::array<std::pair<fault, double>, 7> kinds = {{
      {fault::too_many_requests, rates_.too_many_requests},
      {fault::server_error, rates_.server_error},
      {fault::reset, rates_.reset},
      {fault::truncate, rates_.truncate},
      {fault::garbage, rates_.garbage},
      {fault::revoke, rates_.revoke},
      {fault::expire, rates_.expire},
  }};
  // Purposes from 100 on, so that faults have nothing to do with the events of the same seed.
  planned_fault planned;
  planned.late = random_table(seed_, 100).chosen(request, rates_.latency);
  planned.variant = random_table(seed_, 101)[request];
  std::uint64_t purpose = 102;
  for (const auto& [kind, percent] : kinds) {
    if (random_table(seed_, purpose++).chosen(request, percent)) {
      planned.kind = kind;
      break;
    }
  }
  return planned;
}

}  // namespace demo_api
