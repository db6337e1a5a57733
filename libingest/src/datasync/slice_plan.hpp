#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/http_source.hpp"
#include "ingest/metrics.hpp"
#include "ingest/stop.hpp"
#include "ingest/time_window.hpp"

namespace ingest {

/// How finely plan_slices() divides. More windows than readers, so that a reader whose windows turn out to hold few
/// events goes on with another one; no window below about eight pages, because each costs half a page on average.
struct slice_plan_options {
  std::size_t readers = 8;             ///< how many windows will be read at a time
  std::size_t windows_per_reader = 8;  ///< at most
};

/// Finds out, with some thirty requests for few events, over what time the API's events are spread and how densely, and
/// divides it into adjacent windows with about the same number of events each, the earliest first. Together they are
/// exactly `source.windows.front()`, or all of time where there are none: whatever is older or newer than what was
/// found belongs to the first or the last window.
///
/// A single window comes back where dividing does not pay or is not possible: few events, events of one moment or
/// without a readable time, an API without stream access. Throws as make_http_api() and source::read() do. Blocks.
std::vector<time_window> plan_slices(const http_source_options& source, const slice_plan_options& options,
                                     metrics& counters, std::stop_token stop, timing time = {});

/// The edges between adjacent windows as short text, such as "1766966400000+40500000+40500000": the first one, and the
/// distance of each further one from the one before. "none" for a single window.
std::string edges_text(const std::vector<time_window>& windows);

/// The reverse: `whole`, divided at those edges. Throws errc::bad_data for a text that edges_text() did not make, or
/// whose edges do not lie in order inside `whole`.
std::vector<time_window> divide_at(const time_window& whole, std::string_view edges);

}  // namespace ingest
