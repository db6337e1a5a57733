#pragma once

#include <cstdint>
#include <string>

#include "rest/paginators/answer_hints.hpp"
#include "rest/paginators/pagination_strategy.hpp"
#include "rest/requests/request_options.hpp"

namespace ingest::rest {

/// FoundPagination: finds in the first answer of a slice how the next page is asked for, and keeps to that. Never takes
/// the first page for all there is where that is not certain: it ends with an error that says what to write.
///
/// A token is a dict: `by`, the way; `place`, where the answer has it; and `path` or `name` and `content`, a parameter.
/// So a slice goes on in another process as it was begun.
class found_pagination final : public pagination_strategy {
 public:
  /// `page_size` is what requests ask for; 0: that is not known.
  found_pagination(std::int64_t page_size, std::string where);

  std::optional<value> initial_token() const override { return std::nullopt; }

  /// Throws errc::config where the answer does not tell whether more comes, or not how it is asked for; errc::bad_data
  /// where the API does not do as it was found to.
  std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const override;
  std::optional<std::int64_t> page_size(const variables&) const override { return std::nullopt; }
  std::vector<const interpolation*> templates() const override { return {&looked_at_}; }
  std::optional<bool> looks_at_records() const override { return false; }

 private:
  std::optional<value> first(const answer_hints& hints, std::size_t extracted) const;
  std::optional<value> further(const answer_hints& hints, std::size_t extracted, const value& asked) const;
  void require_heeded(const page_way& way, const value& asked) const;
  [[noreturn]] void cannot_tell(const std::string& why) const;

  std::int64_t page_size_;
  std::string where_;
  interpolation looked_at_;
};

/// Whether a page of so many records is as long as pages are made, so that it may have been cut off.
bool looks_full(std::size_t records, std::int64_t page_size);

/// The token of the page that the way leads to, behind a page of so many records; nothing at its end.
std::optional<value> token_by(const page_way& way, std::size_t extracted);

/// Where a token of FoundPagination puts itself.
void inject_found(request_options& to, const value& token);
std::optional<std::string> path_of_found(const value& token);

}  // namespace ingest::rest
