#pragma once

#include <cstdint>

#include "rest/paginators/page_size.hpp"
#include "rest/paginators/pagination_strategy.hpp"

namespace ingest::rest {

struct page_increment_options {
  std::optional<interpolation> page_size = {};
  std::int64_t start_from_page = 0;
  bool inject_on_first_request = false;
  value parameters = {};  ///< `$parameters`; None: those that are known where it is evaluated
};

/// PageIncrement: numbers the pages. The end is a page of fewer records than `page_size`, or of none.
class page_increment final : public pagination_strategy {
 public:
  /// Throws errc::config for a page size that is no whole number by `config`.
  page_increment(page_increment_options options, const variables& config);

  std::optional<value> initial_token() const override;
  std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const override;
  std::optional<value> token_behind_short_page(const page_facts& page,
                                               const std::optional<value>& asked) const override;
  std::optional<std::int64_t> page_size(const variables& given) const override;
  std::vector<const interpolation*> templates() const override { return {}; }

 private:
  value following(const page_facts& page, const std::optional<value>& asked) const;

  std::int64_t start_from_page_;
  bool inject_on_first_request_;
  std::optional<std::int64_t> page_size_;
};

}  // namespace ingest::rest
