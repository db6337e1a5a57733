#include "rest/streams/page_in_parts.hpp"

#include <set>
#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "rest/streams/merged_page.hpp"

namespace ingest::rest {

namespace {

constexpr int most_attempts = 3;

stream_slice naming(stream_slice slice, const value& properties) {
  dictionary extra = slice.part.extra_fields.members();
  extra.set("query_properties", properties);
  slice.part.extra_fields = value::dict_of(std::move(extra));
  return slice;
}

/// All requests of a page, once.
struct attempt {
  merged_page merging;
  std::optional<answered_page> looked_at = {};  ///< by pagination
  bool left_out = false;                        ///< an answer was ignored

  void ask(const std::vector<value>& chunks, const stream_slice& of, const page_request& request) {
    for (const value& properties : chunks) {
      auto got = request(naming(of, properties), nullptr);
      if (got && got->resets_pagination) {
        looked_at = std::move(got);
        return;
      }
      left_out = left_out || !got;
      if (got && merging.add(std::move(got->page))) {
        looked_at = std::move(got);
      }
    }
  }

  bool ends() const { return !looked_at || looked_at->resets_pagination; }
};

void tell_lacking_parts(query_properties& properties, const attempt& a) {
  const std::size_t partial = a.merging.partial().size();
  if ((partial == 0 && !a.left_out) || !properties.first_lack()) {
    return;
  }
  log::warning(events::records_not_found,
               properties.where() + ": of the requests for one page " +
                   (partial > 0 ? "some have, twice, had no part of records that others had (" +
                                      std::to_string(partial) + " of a page)"
                                : std::string("one has an answer that the connector ignores")) +
                   ": what these records have of its properties is not read");
}

}  // namespace

std::optional<answered_page> page_in_parts(query_properties& properties, const stream_slice& of,
                                           const page_request& ask, const page_merging& how,
                                           const std::stop_token& stop) {
  const std::vector<value> chunks = properties.chunks(stop);
  if (chunks.size() == 1) {
    return ask(naming(of, chunks.front()), how.watch);
  }
  std::set<std::string> lacking;
  for (int i = 0; i < most_attempts; ++i) {
    attempt a{merged_page(properties)};
    a.ask(chunks, of, ask);
    if (a.ends()) {
      return std::move(a.looked_at);
    }
    std::set<std::string> partial = a.merging.partial();
    if (partial.empty() || partial == lacking) {
      tell_lacking_parts(properties, a);
      a.looked_at->page = a.merging.taken(how.wishes, how.filter, how.watch);
      return std::move(a.looked_at);
    }
    lacking = std::move(partial);
  }
  throw error(errc::bad_data,
              properties.where() + ": the answers to the requests for one page have had different records " +
                  std::to_string(most_attempts) +
                  " times, others each time, so that parts of them would be missing. Have the API sort by what does "
                  "not change, or raise `property_limit`",
              true);
}

}  // namespace ingest::rest
