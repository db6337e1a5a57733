#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest::expressions {

/// What a function, method, filter or test is called with.
struct arguments {
  std::vector<value> in_order;
  std::vector<std::pair<std::string, value>> by_name;

  /// The arguments in the order of a function's parameters; nothing for those that are not given, of which the first
  /// `required` are none. A name of "" is given in order only. Throws a fault of kind type for what does not fit.
  std::vector<std::optional<value>> bound_to(std::string_view function, std::initializer_list<std::string_view> names,
                                             std::size_t required) const;

  std::size_t size() const { return in_order.size() + by_name.size(); }
};

/// How much work one evaluation may do on this thread; what is longer ends with a fault. One step is about an element
/// looked at, or a part of an expression evaluated.
class work_limit {
 public:
  explicit work_limit(std::size_t steps);
  ~work_limit();
  work_limit(const work_limit&) = delete;
  work_limit& operator=(const work_limit&) = delete;

  static void spend(std::size_t steps);

 private:
  std::size_t before_;
};

}  // namespace ingest::rest::expressions
