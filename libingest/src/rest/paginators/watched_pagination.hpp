#pragma once

#include <memory>
#include <optional>
#include <string>

#include "rest/paginators/pagination_strategy.hpp"

namespace ingest::rest {

/// WatchedPagination: a strategy that takes the next page from the answer, and is not believed where it says that a
/// page is the last one and the answer says that more comes: a misspelt path would end every stream behind its first
/// page, and an API that forgets its cursor once would end one anywhere.
///
/// Where the strategy has a `stop_condition`, that is what says so on pages behind the first one; else what many APIs
/// call it (`has_more` …). A first page of several records is looked at for all that answer_hints knows.
class watched_pagination final : public pagination_strategy {
 public:
  /// `stop` and `cursor` are those of the strategy, if it has them.
  watched_pagination(std::shared_ptr<const pagination_strategy> of, std::string where,
                     std::optional<interpolation> stop = {}, std::optional<interpolation> cursor = {});

  std::optional<value> initial_token() const override { return of_->initial_token(); }
  /// Throws errc::config where it is not believed of a first page, which nothing but another `paginate` mends;
  /// errc::bad_data, as what may pass, of a later one.
  std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const override;
  std::optional<std::int64_t> page_size(const variables& given) const override { return of_->page_size(given); }
  std::vector<const interpolation*> templates() const override;

 private:
  [[noreturn]] void refuse_more_without_cursor(bool first) const;
  void refuse_hinted_more(const page_facts& page, bool first) const;

  std::shared_ptr<const pagination_strategy> of_;
  std::string where_;
  std::optional<interpolation> stop_;
  std::optional<interpolation> cursor_;
  interpolation looked_at_;
};

}  // namespace ingest::rest
