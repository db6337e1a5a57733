#include "rest/paginators/cursor_pagination.hpp"

#include "rest/expressions/parameter_scope.hpp"
#include "rest/paginators/page_size.hpp"

namespace ingest::rest {

cursor_pagination::cursor_pagination(cursor_pagination_options options, const variables& config)
    : cursor_value_(std::move(options.cursor_value)),
      stop_condition_(std::move(options.stop_condition)),
      page_size_(rest::page_size(std::move(options.page_size)).evaluate(with_parameters(config, options.parameters))),
      parameters_(std::move(options.parameters)) {}

std::optional<value> cursor_pagination::next_token(const page_facts& page, const std::optional<value>&) const {
  const variables names = with_parameters(page.given, parameters_);
  if (stop_condition_ && stop_condition_->holds(names)) {
    return std::nullopt;
  }
  value token = cursor_value_.evaluate_itself(names);
  return token.truth() ? std::optional(std::move(token)) : std::nullopt;
}

std::optional<std::int64_t> cursor_pagination::page_size(const variables&) const {
  return page_size_;
}

std::vector<const interpolation*> cursor_pagination::templates() const {
  std::vector<const interpolation*> all = {&cursor_value_};
  if (stop_condition_) {
    all.push_back(&*stop_condition_);
  }
  return all;
}

}  // namespace ingest::rest
