#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ingest::app {

/// A span that others have begun, in which this process runs.
struct trace_parent {
  std::string trace_id;    ///< 32 hexadecimal digits
  std::string span_id;     ///< 16 of them
  bool is_sampled = true;  ///< false: whoever began the trace does not want to have it
  std::string state = {};  ///< what systems hand on beside it, as it came
};

/// What TRACEPARENT says (W3C Trace Context, section 3.2). Nothing where it is malformed: a trace begins anew then.
std::optional<trace_parent> parse_trace_parent(std::string_view text);

/// As many random hexadecimal digits, not all of them 0.
std::string new_id(std::size_t digits);
inline std::string new_trace_id() {
  return new_id(32);
}
inline std::string new_span_id() {
  return new_id(16);
}

}  // namespace ingest::app
