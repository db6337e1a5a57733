#include "rest/paginators/counted_token.hpp"

#include <limits>
#include <string>

#include "ingest/error.hpp"

namespace ingest::rest {

bool is_last_counted_page(std::size_t extracted, std::optional<std::int64_t> page_size) {
  const auto count = static_cast<std::int64_t>(extracted);
  return count == 0 || (page_size.value_or(0) != 0 && count < *page_size);
}

std::int64_t added_to_token(const value& token, std::size_t count, std::string_view strategy) {
  const auto more = static_cast<std::int64_t>(count);
  const bool counts = token.kind() == value::kind::integer;
  const std::int64_t from = counts ? token.integer() : 0;
  if (!counts || from > std::numeric_limits<std::int64_t>::max() - more) {
    throw error(errc::bad_data, std::string(strategy) + " cannot go on behind the position " + token.to_json() +
                                    ", which is no number that it counts: was the stream's paginator changed since? "
                                    "Read the stream from its beginning");
  }
  return from + more;
}

}  // namespace ingest::rest
