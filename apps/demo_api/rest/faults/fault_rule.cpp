#include "demo_api/rest/faults/fault_rule.hpp"

#include <limits>

#include "demo_api/rest/faults/harms.hpp"

namespace demo_api::rest {

fault_rule::fault_rule(const yaml_value& description, std::uint64_t seed) : choices_(seed, 402) {
  settings s(description);
  harm_ = make_harm(s);
  after_ = s.number("after", 0);
  times_ = s.number("times", std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max());
  every_ = s.number("every", 1);
  parents_every_ = s.number("parents_every", 1);
  percent_ = s.decimal("percent", 100, 100);
  if (every_ == 0 || parents_every_ == 0) {
    s.refuse("every", "and \"parents_every\" must be at least 1");
  }
  s.finish();
}

const planned_harm* fault_rule::at(std::uint64_t request, std::uint64_t parent) {
  const bool chosen = request >= after_ && (request - after_) % every_ == every_ - 1 &&
                      parent % parents_every_ == parents_every_ - 1 && choices_.chosen(request, percent_);
  return chosen && happened_ < times_ && happened_++ < times_ ? harm_.get() : nullptr;
}

}  // namespace demo_api::rest
