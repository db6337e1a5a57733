#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "rest/expressions/arguments.hpp"

namespace ingest::rest::expressions {

/// Whether templates can name that function: the CDK's macros, and Jinja's dict() and namespace(); range() is none.
bool has_macro(std::string_view name);

/// Calls such a function. The time is that of the innermost `told_time` of this thread that has one, or the system's.
value call_macro(std::string_view name, const arguments& with);

/// While it lives, macros on this thread take the time from that clock; null: as before.
class told_time {
 public:
  using clock = std::function<std::chrono::sys_time<std::chrono::microseconds>()>;

  explicit told_time(const clock* by);
  ~told_time();
  told_time(const told_time&) = delete;
  told_time& operator=(const told_time&) = delete;

 private:
  const clock* before_;
};

}  // namespace ingest::rest::expressions
