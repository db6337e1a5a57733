#include "rest/expressions/arguments.hpp"

#include <algorithm>
#include <limits>

#include "rest/expressions/fault.hpp"

namespace ingest::rest::expressions {

namespace {

thread_local std::size_t steps_left = std::numeric_limits<std::size_t>::max();

}  // namespace

std::vector<std::optional<value>> arguments::bound_to(std::string_view function,
                                                      std::initializer_list<std::string_view> names,
                                                      std::size_t required) const {
  const std::string who(function);
  if (in_order.size() > names.size()) {
    fail(fault::kind::type, who + "() takes " + std::to_string(names.size()) + " arguments at most");
  }
  std::vector<std::optional<value>> bound(in_order.begin(), in_order.end());
  bound.resize(names.size());
  for (const auto& [name, content] : by_name) {
    const auto* const place = std::find(names.begin(), names.end(), name);
    auto& slot = place == names.end() ? bound.emplace_back() : bound[static_cast<std::size_t>(place - names.begin())];
    if (place == names.end() || name.empty() || slot) {
      fail(fault::kind::type, who + "() takes no argument '" + name + "', or takes it once");
    }
    slot = content;
  }
  for (std::size_t i = 0; i < required; ++i) {
    if (!bound[i]) {
      fail(fault::kind::type, who + "() needs " + std::to_string(required) + " arguments at least");
    }
  }
  return bound;
}

work_limit::work_limit(std::size_t steps) : before_(steps_left) {
  steps_left = steps;
}

work_limit::~work_limit() {
  steps_left = before_;
}

void work_limit::spend(std::size_t steps) {
  if (steps > steps_left) {
    steps_left = 0;
    fail(fault::kind::other, "it takes too many steps");
  }
  steps_left -= steps;
}

}  // namespace ingest::rest::expressions
