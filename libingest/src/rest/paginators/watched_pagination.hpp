#pragma once

#include <memory>
#include <string>

#include "rest/paginators/pagination_strategy.hpp"

namespace ingest::rest {

/// WatchedPagination: a strategy that takes the next page from the answer, and is not believed where it says that the
/// first page of several records is the last one and the answer says that more comes: a misspelt path would end every
/// stream behind its first page, and nobody would notice.
class watched_pagination final : public pagination_strategy {
 public:
  watched_pagination(std::shared_ptr<const pagination_strategy> of, std::string where);

  std::optional<value> initial_token() const override { return of_->initial_token(); }
  /// Throws errc::config where it is not believed.
  std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const override;
  std::optional<std::int64_t> page_size(const variables& given) const override { return of_->page_size(given); }
  std::vector<const interpolation*> templates() const override;

 private:
  std::shared_ptr<const pagination_strategy> of_;
  std::string where_;
  interpolation looked_at_;
};

}  // namespace ingest::rest
