#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rest/paginators/answer_hints.hpp"
#include "rest/requests/request_options.hpp"

namespace ingest::rest {

/// What leads FoundPagination to a page, a dict: `by`, the way; `place`, where the answer has it; and `path`, or `name`
/// and `content`, a parameter. So a slice goes on in another process as it was begun.
///
/// Where pages are counted it has besides: `seen`, the records of the pages before; `step`, those of the longest of
/// them; `last`, what the answer before said of the last page or of all records; and `again`, if the page is asked for
/// once more, as it had no records.
class found_token {
 public:
  explicit found_token(value token) : token_(std::move(token)) {}

  /// The token of the page that the way leads to, behind one of so many records, which `asked` led to; nothing at its
  /// end. A page in the middle that has no records is asked for once more, and then gone on behind.
  static std::optional<value> behind(const page_way& way, const std::optional<value>& asked, std::size_t extracted);

  std::string by() const { return text("by"); }
  std::string place() const { return text("place"); }
  bool leads_by(const page_way& way) const;
  bool counts() const;
  bool is_again() const { return token_.find("again") != nullptr; }

  const value* content() const;  ///< the path of a URL, else what the parameter gets
  std::optional<std::int64_t> number(const char* name) const;

 private:
  std::string text(const char* name) const;

  value token_;
};

/// Where a token of FoundPagination puts itself.
void inject_found(request_options& to, const value& token);
std::optional<std::string> path_of_found(const value& token);

}  // namespace ingest::rest
