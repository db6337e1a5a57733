#include "demo_api/rest/records/time_filter.hpp"

#include <limits>

namespace demo_api::rest {

time_filter::time_filter(settings& s)
    : since_(s.text("since", "since")),
      until_(s.text("until", "until")),
      format_(read_time_format(s, "format", "iso")),
      since_inclusive_(s.flag("since_inclusive", true)),
      until_inclusive_(s.flag("until_inclusive", false)),
      newest_first_(s.choice("order", "oldest_first", {"oldest_first", "newest_first"}) == 1) {}

selection time_filter::apply(const http_request& request, const selection& all) const {
  timestamp_ms first = std::numeric_limits<timestamp_ms>::min();
  timestamp_ms end = std::numeric_limits<timestamp_ms>::max();
  if (const auto since = request.parameter(since_)) {
    first = format_.parse(*since) + (since_inclusive_ ? 0 : format_.granularity);
  }
  if (const auto until = request.parameter(until_)) {
    end = format_.parse(*until) + (until_inclusive_ ? format_.granularity : 0);
  }
  return all.by_time(first, end, newest_first_);
}

}  // namespace demo_api::rest
