#include "rest/paginators/answer_hints.hpp"

#include <algorithm>

#include "rest/paginators/header_hints.hpp"
#include "rest/paginators/hint_values.hpp"
#include "rest/paginators/hint_walk.hpp"

namespace ingest::rest {

bool counts(page_way::kind what) {
  return what == page_way::kind::page || what == page_way::kind::offset || what == page_way::kind::pages;
}

bool has_pages_behind(const page_way& way) {
  const auto at = way.what == page_way::kind::page && way.at ? number_in(*way.at) : std::nullopt;
  return at && *at < way.total - (way.total_is_exact ? 0 : 1);
}

answer_hints hints_in(const value& response, const value& headers, bool in_list) {
  answer_hints hints;
  if (headers.is_dict()) {
    look_at_headers(headers, hints);
  }
  if (!in_list && response.is_dict()) {
    hint_walk walk(hints);
    walk.walk(response, "", true);
    walk.add_counted();
  }
  std::stable_sort(hints.ways.begin(), hints.ways.end(),
                   [](const page_way& a, const page_way& b) { return a.what < b.what; });
  return hints;
}

std::string contradiction_of_end(const answer_hints& hints, std::optional<std::size_t> extracted) {
  if (hints.more.value_or(false)) {
    return "`" + hints.more_place + "` says that more comes";
  }
  if (!hints.more && !hints.unheeded.empty()) {
    return "`" + hints.unheeded.front() + "` looks as if more came";
  }
  if (extracted && hints.total && *hints.total > static_cast<std::int64_t>(*extracted)) {
    return "it says that there are " + std::to_string(*hints.total) + " records";
  }
  return "";
}

}  // namespace ingest::rest
