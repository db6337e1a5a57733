#include "rest/paginators/watched_pagination.hpp"

#include "ingest/error.hpp"
#include "rest/paginators/answer_hints.hpp"

namespace ingest::rest {

namespace {

// Goes to members that no path of records has, so that records need not be made values for it.
constexpr const char* hints_template = "{{ response['@hints'] }}{{ headers }}";

bool leads_on(const page_way& way) {
  const bool counts = way.what == page_way::kind::page || way.what == page_way::kind::offset;
  return !counts && way.at.has_value();
}

}  // namespace

watched_pagination::watched_pagination(std::shared_ptr<const pagination_strategy> of, std::string where)
    : of_(std::move(of)), where_(std::move(where)), looked_at_(hints_template, where_) {}

std::vector<const interpolation*> watched_pagination::templates() const {
  auto all = of_->templates();
  all.push_back(&looked_at_);
  return all;
}

std::optional<value> watched_pagination::next_token(const page_facts& page, const std::optional<value>& asked) const {
  auto token = of_->next_token(page, asked);
  if ((token && token->truth()) || asked || page.extracted < 2) {
    return token;
  }
  const value* const response = page.given.find("response");
  const value* const headers = page.given.find("headers");
  const answer_hints hints =
      hints_in(response == nullptr ? value() : *response, headers == nullptr ? value() : *headers, page.in_list);
  std::string more = contradiction_of_end(hints, std::nullopt);
  for (const page_way& way : hints.ways) {
    // A token stands beside `has_more: false`, too.
    if (more.empty() && leads_on(way) && hints.more.value_or(true)) {
      more = "`" + way.place + "` looks as if more came";
    }
  }
  if (!more.empty()) {
    throw error(errc::config, where_ +
                                  ": the first page would be the last one by what `paginate` says, but in the answer " +
                                  more + ": mend `paginate`, or say `paginate: none` if this is all");
  }
  return token;
}

}  // namespace ingest::rest
