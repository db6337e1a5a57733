#include "rest/paginators/found_pagination.hpp"

#include <algorithm>
#include <array>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "rest/paginators/hint_values.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view remedy =
    ": say with `paginate` how pages are asked for (page, offset, cursor, next_url, link_header), or `paginate: none` "
    "if this is all";

/// What APIs cut their answers to if nothing else is asked for, and at most.
constexpr std::array<std::size_t, 20> usual_sizes = {10,  12,  15,  20,  24,  25,  30,   40,   50,   60,
                                                     100, 150, 200, 250, 300, 500, 1000, 2000, 5000, 10000};

/// How many records came up to the end of this page, the first one that was asked for; nothing where that is not known.
std::optional<std::size_t> records_so_far(const answer_hints& hints, std::size_t extracted) {
  for (const page_way& way : hints.ways) {
    if (way.what == page_way::kind::offset && way.at && way.at->integer() >= 0) {
      return static_cast<std::size_t>(way.at->integer()) + extracted;
    }
    if (way.what == page_way::kind::page && way.at && way.at->integer() > 1) {
      return std::nullopt;
    }
  }
  return extracted;
}

/// Whether by what is counted more comes behind this page, whatever pages are counted from.
bool surely_leads_on(const page_way& way, std::size_t extracted) {
  const auto at = way.what == page_way::kind::offset && way.at ? number_in(*way.at) : std::nullopt;
  return has_pages_behind(way) || (at && *at + static_cast<std::int64_t>(extracted) < way.total);
}

/// Whether so many records fit into so many pages: else the number is that of something else.
bool fits_pages(std::int64_t records, std::int64_t pages, std::int64_t length) {
  return length > 0 && records > (pages - 1) * length && records <= (pages + 1) * length;
}

}  // namespace

bool looks_full(std::size_t records, std::int64_t page_size) {
  return (page_size > 0 && records >= static_cast<std::size_t>(page_size)) ||
         std::find(usual_sizes.begin(), usual_sizes.end(), records) != usual_sizes.end();
}

found_pagination::found_pagination(std::int64_t page_size, std::string where)
    : page_size_(page_size), where_(std::move(where)), looked_at_("{{ response }}{{ headers }}", where_) {}

std::optional<value> found_pagination::next_token(const page_facts& page, const std::optional<value>& asked) const {
  const value* const response = page.given.find("response");
  const value* const headers = page.given.find("headers");
  const answer_hints hints =
      hints_in(response == nullptr ? value() : *response, headers == nullptr ? value() : *headers, page.in_list);
  if (asked && found_token(*asked).by().empty()) {
    throw error(errc::bad_data, where_ +
                                    ": the slice was begun by other rules of pagination: read the stream from its "
                                    "beginning");
  }
  return asked ? further(hints, page.extracted, *asked) : first(hints, page.extracted);
}

void found_pagination::cannot_tell(const std::string& why) const {
  throw error(errc::config, where_ + ": " + why + std::string(remedy));
}

/// Of a later page: another try may bring another answer.
void found_pagination::contradicted(const std::string& why) const {
  throw error(errc::bad_data, where_ + ": " + why + "; if that does not pass" + std::string(remedy), true);
}

std::optional<value> found_pagination::first(const answer_hints& hints, std::size_t extracted) const {
  for (const page_way& way : hints.ways) {
    // A token may stand beside `has_more: false`: it is that of the last record.
    if (way.what == page_way::kind::token && hints.more == false) {
      continue;
    }
    if (auto token = found_token::behind(way, std::nullopt, extracted)) {
      return token;
    }
  }
  const std::string more = contradiction_of_end(hints, records_so_far(hints, extracted));
  if (!more.empty()) {
    cannot_tell("the answer does not say how the next page is asked for, but " + more);
  }
  const bool all_there = hints.total && hints.total_is_sure && static_cast<std::int64_t>(extracted) == *hints.total;
  const bool said = hints.more == false || !hints.ways.empty() || all_there;
  if (!said && looks_full(extracted, page_size_)) {
    cannot_tell("the answer has " + std::to_string(extracted) +
                " records, as if it were cut off there, and does not say whether more come");
  }
  return std::nullopt;
}

std::optional<value> found_pagination::further(const answer_hints& hints, std::size_t extracted,
                                               const value& asked) const {
  const found_token before(asked);
  const auto way =
      std::find_if(hints.ways.begin(), hints.ways.end(), [&](const page_way& one) { return before.leads_by(one); });
  if (way != hints.ways.end()) {
    if (auto token = by_way(*way, hints, extracted, asked)) {
      return token;
    }
  } else {
    require_no_other_way(hints, extracted, asked);
  }
  require_end(way == hints.ways.end() ? nullptr : &*way, hints, extracted, before);
  return std::nullopt;
}

std::optional<value> found_pagination::by_way(const page_way& way, const answer_hints& hints, std::size_t extracted,
                                              const value& asked) const {
  const found_token before(asked);
  require_heeded(way, before);
  if (way.what == page_way::kind::token && hints.more == false) {
    return std::nullopt;
  }
  auto token = found_token::behind(way, asked, extracted);
  if (token && counts(way.what) && extracted == 0 && before.is_again()) {
    tell_empty_page(before);
  }
  return token;
}

void found_pagination::require_heeded(const page_way& way, const found_token& asked) const {
  const value* const content = asked.content();
  if (content == nullptr || !way.at) {
    return;
  }
  if (counts(way.what) ? !(*way.at == *content) : *way.at == *content) {
    throw error(errc::bad_data, where_ + ": the API does not look at the page that it was asked for by `" +
                                    (way.parameter.empty() ? way.place : way.parameter) + "`, for `" + way.place +
                                    "` of its answer is " + way.at->to_json().substr(0, 100) + std::string(remedy));
  }
}

void found_pagination::require_no_other_way(const answer_hints& hints, std::size_t extracted,
                                            const value& asked) const {
  const found_token before(asked);
  for (const page_way& other : hints.ways) {
    const auto token = found_token::behind(other, std::nullopt, extracted);
    if (token && other.what != page_way::kind::pages && hints.more.value_or(true)) {
      cannot_tell("the pages before had `" + before.place() + "`, and this one has `" + other.place + "` in its place");
    }
  }
  if (extracted > 0 && before.counts()) {
    cannot_tell("`" + before.place() + "` is not in the answer any more, by which pages were counted");
  }
  const auto content = before.number("content");
  const auto last = before.number("last");
  if (before.counts() && content && last && *content < *last) {
    contradicted("`" + before.place() +
                 "` is not in the answer any more, which has no records, though the page before "
                 "said that more comes");
  }
}

void found_pagination::require_end(const page_way* way, const answer_hints& hints, std::size_t extracted,
                                   const found_token& asked) const {
  if (hints.more.value_or(false)) {
    contradicted("`" + hints.more_place + "` says that more comes, but `" + asked.place() +
                 "` does not say how it is asked for");
  }
  for (const page_way& other : hints.ways) {
    if (&other != way && !hints.more && surely_leads_on(other, extracted)) {
      contradicted("`" + asked.place() + "` says that nothing comes behind this page, but `" + other.place + "` is " +
                   other.at->to_json().substr(0, 100) + " of " + std::to_string(other.total));
    }
  }
  if (asked.counts()) {
    require_all_records(hints, extracted, asked);
  }
}

/// Pages in the middle may have had none, or fewer than others.
void found_pagination::require_all_records(const answer_hints& hints, std::size_t extracted,
                                           const found_token& asked) const {
  const auto before = asked.number("seen");
  const auto last = asked.number("last");
  const auto step = asked.number("step");
  if (!before || !last || !step || !hints.total || !hints.total_is_sure) {
    return;
  }
  const std::int64_t seen = *before + static_cast<std::int64_t>(extracted);
  const bool of_records = asked.by() == "offset" || fits_pages(*hints.total, *last, *step);
  if (of_records && seen < *hints.total) {
    throw error(errc::bad_data, where_ + ": the API says that there are " + std::to_string(*hints.total) +
                                    " records, but all its pages together had " + std::to_string(seen) +
                                    ": try again, and if they are never more, say with `paginate` how pages are asked "
                                    "for, and nobody counts");
  }
}

void found_pagination::tell_empty_page(const found_token& asked) const {
  if (!told_empty_page_.exchange(true)) {
    log::warning(events::page_without_records,
                 where_ + ": a page in the middle has no records, asked for twice (`" + asked.place() + "` is " +
                     (asked.content() == nullptr ? "unknown" : asked.content()->to_json().substr(0, 100)) +
                     "): reading goes on behind it");
  }
}

}  // namespace ingest::rest
