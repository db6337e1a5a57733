#pragma once

#include "rest/paginators/pagination_strategy.hpp"

namespace ingest::rest {

struct cursor_pagination_options {
  interpolation cursor_value;
  std::optional<interpolation> stop_condition = {};
  std::optional<interpolation> page_size = {};
  value parameters = {};  ///< `$parameters`; None: those that are known where it is evaluated
};

/// CursorPagination: the answer, its headers or its last record say what comes next. `stop_condition` is asked first;
/// then an empty cursor ends the slice.
class cursor_pagination final : public pagination_strategy {
 public:
  /// Throws errc::config for a page size that is no whole number by `config`.
  cursor_pagination(cursor_pagination_options options, const variables& config);

  std::optional<value> initial_token() const override { return std::nullopt; }
  std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const override;
  std::optional<std::int64_t> page_size(const variables& given) const override;
  std::vector<const interpolation*> templates() const override;

 private:
  interpolation cursor_value_;
  std::optional<interpolation> stop_condition_;
  std::optional<std::int64_t> page_size_;
  value parameters_;
};

}  // namespace ingest::rest
