#include "rest/paginators/watched_pagination.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/paginators/answer_hints.hpp"

namespace ingest::rest {

namespace {

// Goes to members that no path of records has, so that records need not be made values for it.
constexpr const char* hints_template = "{{ response['@hints'] }}{{ headers }}";

bool leads_on(const page_way& way) {
  return !counts(way.what) && way.at.has_value();
}

/// What of a first page looks as if more came; "" for nothing.
std::string look_of_more(const answer_hints& hints) {
  std::string more = contradiction_of_end(hints, std::nullopt);
  for (const page_way& way : hints.ways) {
    // A token stands beside `has_more: false`, too.
    if (more.empty() && leads_on(way) && hints.more.value_or(true)) {
      more = "`" + way.place + "` looks as if more came";
    }
  }
  return more;
}

/// "meta.next" of a template that gets one member after the other; any other as it is written.
std::string place_in(const interpolation& of) {
  constexpr std::string_view access = ".get(";
  const std::string& text = of.text();
  std::string place;
  for (std::size_t at = text.find(access); at != std::string::npos; at = text.find(access, at + 1)) {
    const std::size_t begin = at + access.size() + 1;
    const std::size_t end = std::min(text.find(text[begin - 1], begin), text.size());
    place += (place.empty() ? "" : ".") + text.substr(begin, end - begin);
  }
  return "`" + (place.empty() ? text : place) + "`";
}

}  // namespace

watched_pagination::watched_pagination(std::shared_ptr<const pagination_strategy> of, std::string where,
                                       std::optional<interpolation> stop, std::optional<interpolation> cursor)
    : of_(std::move(of)),
      where_(std::move(where)),
      stop_(std::move(stop)),
      cursor_(std::move(cursor)),
      looked_at_(hints_template, where_) {}

std::vector<const interpolation*> watched_pagination::templates() const {
  auto all = of_->templates();
  all.push_back(&looked_at_);
  return all;
}

std::optional<value> watched_pagination::next_token(const page_facts& page, const std::optional<value>& asked) const {
  auto token = of_->next_token(page, asked);
  if (token && token->truth()) {
    return token;
  }
  if (stop_ && !stop_->holds(page.given)) {
    refuse_more_without_cursor(!asked);
  }
  const bool first = !asked;
  if (first ? page.extracted > 1 : !stop_) {
    refuse_hinted_more(page, first);
  }
  return token;
}

void watched_pagination::refuse_more_without_cursor(bool first) const {
  const std::string problem = where_ + ": " + place_in(*stop_) + " of the answer says that more comes, but " +
                              (cursor_ ? place_in(*cursor_) + ", which says how it is asked for," : "the cursor") +
                              " is empty or not there";
  if (first) {
    throw error(errc::config, problem + ": mend `paginate`, or say `paginate: none` if this is all");
  }
  throw error(errc::bad_data, problem + ", on a page behind others: the API is asked again", true);
}

void watched_pagination::refuse_hinted_more(const page_facts& page, bool first) const {
  const value* const response = page.given.find("response");
  const value* const headers = page.given.find("headers");
  const answer_hints hints =
      hints_in(response == nullptr ? value() : *response, headers == nullptr ? value() : *headers, page.in_list);
  const std::string more = first ? look_of_more(hints) : std::string();
  if (!more.empty()) {
    throw error(errc::config, where_ +
                                  ": the first page would be the last one by what `paginate` says, but in the answer " +
                                  more + ": mend `paginate`, or say `paginate: none` if this is all");
  }
  if (!first && hints.more.value_or(false)) {
    throw error(errc::bad_data,
                where_ + ": `" + hints.more_place + "` of the answer says that more comes, but " +
                    (cursor_ ? place_in(*cursor_) : "what leads to it") +
                    " is empty or not there, on a page behind others: the API is asked again. Where it does not mean "
                    "that, say with `paginate: {cursor: {more: …}}` what does",
                true);
  }
}

}  // namespace ingest::rest
