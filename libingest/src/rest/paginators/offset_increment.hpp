#pragma once

#include "rest/paginators/page_size.hpp"
#include "rest/paginators/pagination_strategy.hpp"

namespace ingest::rest {

struct offset_increment_options {
  std::optional<interpolation> page_size = {};  ///< may look at `response`
  bool inject_on_first_request = false;
  value parameters = {};  ///< `$parameters`; None: those that are known where it is evaluated
};

/// OffsetIncrement: counts the records that answers had, be they filtered out or not. The end is a page of fewer
/// records than `page_size`, or of none.
class offset_increment final : public pagination_strategy {
 public:
  explicit offset_increment(offset_increment_options options);

  std::optional<value> initial_token() const override;
  std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const override;
  std::optional<value> token_behind_short_page(const page_facts& page,
                                               const std::optional<value>& asked) const override;
  std::optional<std::int64_t> page_size(const variables& given) const override;
  std::vector<const interpolation*> templates() const override;

 private:
  value following(const page_facts& page, const std::optional<value>& asked) const;

  rest::page_size page_size_;
  bool inject_on_first_request_;
  value parameters_;
};

}  // namespace ingest::rest
