#pragma once

#include <string>

#include "demo_api/http_message.hpp"
#include "demo_api/rest/description/settings.hpp"
#include "demo_api/rest/records/selection.hpp"
#include "demo_api/rest/records/time_format.hpp"

namespace demo_api::rest {

/// Lets clients choose records by their times, and gives them in that order.
class time_filter {
 public:
  /// Takes `since` and `until` (names of parameters), `format`, `since_inclusive` (true), `until_inclusive` (false) and
  /// `order`: oldest_first or newest_first.
  explicit time_filter(settings& s);

  /// Those that the request asks for; without bounds all. A bound that includes stands for all that its format calls
  /// so: a date for its day. Throws refusal (400).
  selection apply(const http_request& request, const selection& all) const;

 private:
  std::string since_;
  std::string until_;
  const time_format& format_;
  bool since_inclusive_;
  bool until_inclusive_;
  bool newest_first_;
};

}  // namespace demo_api::rest
