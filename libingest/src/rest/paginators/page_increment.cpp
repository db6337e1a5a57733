#include "rest/paginators/page_increment.hpp"

#include "rest/expressions/parameter_scope.hpp"
#include "rest/paginators/counted_token.hpp"

namespace ingest::rest {

page_increment::page_increment(page_increment_options options, const variables& config)
    : start_from_page_(options.start_from_page),
      inject_on_first_request_(options.inject_on_first_request),
      page_size_(rest::page_size(std::move(options.page_size)).evaluate(with_parameters(config, options.parameters))) {}

std::optional<value> page_increment::initial_token() const {
  return inject_on_first_request_ ? std::optional(value::integer_of(start_from_page_)) : std::nullopt;
}

std::optional<value> page_increment::next_token(const page_facts& page, const std::optional<value>& asked) const {
  if (is_last_counted_page(page.extracted, page_size_)) {
    return std::nullopt;
  }
  return following(page, asked);
}

std::optional<value> page_increment::token_behind_short_page(const page_facts& page,
                                                             const std::optional<value>& asked) const {
  return following(page, asked);
}

value page_increment::following(const page_facts&, const std::optional<value>& asked) const {
  return value::integer_of(added_to_token(asked ? *asked : value::integer_of(start_from_page_), 1, "PageIncrement"));
}

std::optional<std::int64_t> page_increment::page_size(const variables&) const {
  return page_size_;
}

}  // namespace ingest::rest
