#include "rest/paginators/offset_increment.hpp"

#include "rest/expressions/parameter_scope.hpp"
#include "rest/paginators/counted_token.hpp"

namespace ingest::rest {

offset_increment::offset_increment(offset_increment_options options)
    : page_size_(std::move(options.page_size)),
      inject_on_first_request_(options.inject_on_first_request),
      parameters_(std::move(options.parameters)) {}

std::optional<value> offset_increment::initial_token() const {
  return inject_on_first_request_ ? std::optional(value::integer_of(0)) : std::nullopt;
}

std::optional<value> offset_increment::next_token(const page_facts& page, const std::optional<value>& asked) const {
  if (is_last_counted_page(page.extracted, page_size(page.given))) {
    return std::nullopt;
  }
  return following(page, asked);
}

std::optional<value> offset_increment::token_behind_short_page(const page_facts& page,
                                                               const std::optional<value>& asked) const {
  return page.extracted > 0 ? std::optional(following(page, asked)) : std::nullopt;
}

value offset_increment::following(const page_facts& page, const std::optional<value>& asked) const {
  return value::integer_of(added_to_token(asked ? *asked : value::integer_of(0), page.extracted, "OffsetIncrement"));
}

std::optional<std::int64_t> offset_increment::page_size(const variables& given) const {
  return page_size_.evaluate(with_parameters(given, parameters_));
}

std::vector<const interpolation*> offset_increment::templates() const {
  return page_size_.text() != nullptr ? std::vector{page_size_.text()} : std::vector<const interpolation*>();
}

}  // namespace ingest::rest
