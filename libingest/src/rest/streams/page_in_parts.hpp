#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "rest/selectors/record_selector.hpp"
#include "rest/streams/answered_page.hpp"
#include "rest/streams/query_properties.hpp"
#include "rest/streams/stream_slice.hpp"

namespace ingest::rest {

/// Asks for a page of the slice, whose extra fields name its properties; nothing where the answer says that there are
/// no records. `watch` may be null.
using page_request = std::function<std::optional<answered_page>(const stream_slice& of, record_watch* watch)>;

/// What becomes of the records of several answers.
struct page_merging {
  page_wishes wishes = {};
  cursor_filter filter = cursor_filter::none;
  record_watch* watch = nullptr;
};

/// The page of a slice, by as many requests as its properties need. What is ignored of them leaves its part of the
/// records out, and does not end the slice unless all are.
///
/// The API's records may change between two requests, so that a record is in some of the answers only. Then the page is
/// asked for as a whole again. If the same records lack the same parts then, the API is taken to have nothing for them;
/// if it is others each time, this throws errc::bad_data, as what may pass, rather than to lose members of records.
std::optional<answered_page> page_in_parts(query_properties& properties, const stream_slice& of,
                                           const page_request& ask, const page_merging& how,
                                           const std::stop_token& stop);

}  // namespace ingest::rest
