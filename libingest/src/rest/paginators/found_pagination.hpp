#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "rest/paginators/answer_hints.hpp"
#include "rest/paginators/found_token.hpp"
#include "rest/paginators/pagination_strategy.hpp"

namespace ingest::rest {

/// FoundPagination: finds in the first answer of a slice how the next page is asked for, and keeps to that. Never takes
/// the first page for all there is where that is not certain: it ends with an error that says what to write. Nor a
/// later one: a page without records in the middle is asked for once more, and gone on behind where pages are counted.
///
/// A token is as found_token has it.
class found_pagination final : public pagination_strategy {
 public:
  /// `page_size` is what requests ask for; 0: that is not known.
  found_pagination(std::int64_t page_size, std::string where);

  std::optional<value> initial_token() const override { return std::nullopt; }

  /// Throws errc::config where the answer does not tell whether more comes, or not how it is asked for; errc::bad_data
  /// where the API does not do as it was found to, or contradicts what it said.
  std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const override;
  std::optional<std::int64_t> page_size(const variables&) const override { return std::nullopt; }
  std::vector<const interpolation*> templates() const override { return {&looked_at_}; }
  std::optional<bool> looks_at_records() const override { return false; }

 private:
  std::optional<value> first(const answer_hints& hints, std::size_t extracted) const;
  std::optional<value> further(const answer_hints& hints, std::size_t extracted, const value& asked) const;
  std::optional<value> by_way(const page_way& way, const answer_hints& hints, std::size_t extracted,
                              const value& asked) const;
  void require_heeded(const page_way& way, const found_token& asked) const;
  void require_no_other_way(const answer_hints& hints, std::size_t extracted, const value& asked) const;
  void require_end(const page_way* way, const answer_hints& hints, std::size_t extracted,
                   const found_token& asked) const;
  void require_all_records(const answer_hints& hints, std::size_t extracted, const found_token& asked) const;
  void tell_empty_page(const found_token& asked) const;
  [[noreturn]] void cannot_tell(const std::string& why) const;
  [[noreturn]] void contradicted(const std::string& why) const;

  std::int64_t page_size_;
  std::string where_;
  interpolation looked_at_;
  mutable std::atomic<bool> told_empty_page_{false};
};

/// Whether a page of so many records is as long as pages are made, so that it may have been cut off.
bool looks_full(std::size_t records, std::int64_t page_size);

}  // namespace ingest::rest
