#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Notices pagination that never ends. The CDK would go on for ever, and read the same records again and again.
class pagination_guard {
 public:
  struct limits {
    std::size_t empty_pages = 1000;     ///< in a row, each of which says that there is more
    std::size_t remembered_pages = 64;  ///< how long a circle of tokens is noticed
  };

  /// `where` names the paginator. `last_page` is the fingerprint of the page before the first one, if there was one.
  pagination_guard(std::string where, std::optional<std::uint64_t> last_page, limits most);
  pagination_guard(std::string where, std::optional<std::uint64_t> last_page);

  /// To be told of each page that another one follows: the token that it was asked for with, how many records it had,
  /// and their fingerprint. Throws errc::bad_data, saying what to look at,
  /// - for a page of several records that is the one before it once more (of a single record: the third in a row, for
  ///   two records may well be alike): the API does not look at the token;
  /// - for a token that comes again and leads to the same page. A token that comes again with other pages is all right:
  ///   the id of a scroll stays what it is;
  /// - for too many empty pages in a row.
  void observe(const std::optional<value>& asked, std::size_t records, std::uint64_t fingerprint);

 private:
  void refuse_repeated_page(std::size_t records, std::uint64_t fingerprint);
  void refuse_circle(const std::optional<value>& asked, std::uint64_t fingerprint);

  std::string where_;
  std::optional<std::uint64_t> last_page_;
  limits most_;
  std::size_t empty_pages_ = 0;
  std::size_t repeats_ = 0;
  std::deque<std::pair<std::string, std::uint64_t>> seen_;  // tokens and where they led to
};

}  // namespace ingest::rest
