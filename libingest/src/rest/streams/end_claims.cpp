#include "rest/streams/end_claims.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "rest/paginators/answer_hints.hpp"
#include "rest/paginators/hint_names.hpp"

namespace ingest::rest {

namespace {

bool is_list(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && body[first] == '[';
}

std::string last_name(const std::string& place) {
  const std::size_t dot = place.rfind('.');
  return plain_name(dot == std::string::npos ? place : place.substr(dot + 1));
}

/// Whether the answer names what the next page is asked for with. A token may be that of the last record.
bool leads_on(const page_way& way, bool has_records) {
  const bool is_token = way.what == page_way::kind::token;
  const bool names_next = way.what == page_way::kind::url || way.what == page_way::kind::next_number || is_token;
  return names_next && way.at && !(is_token && has_records);
}

}  // namespace

end_claim claim_against_end(const answer& given, const selected_page& page, std::optional<std::size_t> so_far) {
  const answer_hints hints = hints_in(page.response, given.headers(), is_list(given.body()));
  if (hints.more) {
    const bool is_flag_of_pages = says_more(last_name(hints.more_place));
    return *hints.more ? end_claim{"`" + hints.more_place + "` says that more comes", is_flag_of_pages}
                       : end_claim{"", false, is_flag_of_pages};
  }
  for (const page_way& way : hints.ways) {
    if (has_pages_behind(way)) {
      return {"`" + way.place + "` says that it is page " + way.at->to_json() + " of " +
                  std::to_string(way.total + (way.total_is_exact ? 1 : 0)),
              last_name(way.place) != "number"};
    }
    if (leads_on(way, page.extracted > 0)) {
      return {"`" + way.place + "` leads to a next page"};
    }
  }
  if (so_far && hints.total && hints.total_is_sure && *hints.total > static_cast<std::int64_t>(*so_far)) {
    return {"it says that there are " + std::to_string(*hints.total) + " records, and " + std::to_string(*so_far) +
            " have come"};
  }
  return {};
}

bool says_that_it_is_the_last(const answer& given, const selected_page& page, std::optional<std::size_t> so_far) {
  const answer_hints hints = hints_in(page.response, given.headers(), is_list(given.body()));
  if (hints.more) {
    return !*hints.more;
  }
  const bool has_no_next = std::any_of(hints.ways.begin(), hints.ways.end(), [](const page_way& way) {
    return !way.at && way.what != page_way::kind::pages;
  });
  const bool leads_further = std::any_of(hints.ways.begin(), hints.ways.end(),
                                         [](const page_way& way) { return way.at && !counts(way.what); });
  const bool has_all = so_far && hints.total && *hints.total == static_cast<std::int64_t>(*so_far);
  return !leads_further && (has_no_next || has_all);
}

void refuse_contradicted_end(const std::string& where, const end_claim& claim) {
  throw error(errc::bad_data,
              where + ": an answer has no records, so that its slice would end with it, but " + claim.words +
                  "; if the API means nothing by that, say so by a response filter with the action IGNORE",
              true);
}

void tell_contradicted_end(const std::string& where, const end_claim& claim, told_once& told) {
  if (!told.end_contradicted.exchange(true)) {
    log::warning(events::end_contradicted, where + ": by its paginator a slice ends with an answer of which " +
                                               claim.words + ". If records are missing, mend the paginator");
  }
}

}  // namespace ingest::rest
