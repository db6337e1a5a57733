#include "rest/paginators/pagination_guard.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

namespace {

/// Tokens may be secrets that the API has made, and URLs have them in their query.
std::string told(const std::string& token) {
  return token.empty() ? "that none was sent with" : "of " + std::to_string(token.size()) + " characters";
}

}  // namespace

pagination_guard::pagination_guard(std::string where, std::optional<std::uint64_t> last_page, limits most)
    : where_(std::move(where)), last_page_(last_page), most_(most) {}

pagination_guard::pagination_guard(std::string where, std::optional<std::uint64_t> last_page)
    : pagination_guard(std::move(where), last_page, limits()) {}

void pagination_guard::observe(const std::optional<value>& asked, std::size_t records, std::uint64_t fingerprint) {
  if (records == 0) {
    if (++empty_pages_ >= most_.empty_pages) {
      throw error(errc::bad_data, where_ + ": " + std::to_string(empty_pages_) +
                                      " pages without a record came in a row, and each said that there is more; look "
                                      "at the paginator's `stop_condition` and at the extractor's `field_path`");
    }
    return;
  }
  empty_pages_ = 0;
  refuse_repeated_page(records, fingerprint);
  refuse_circle(asked, fingerprint);
}

void pagination_guard::refuse_repeated_page(std::size_t records, std::uint64_t fingerprint) {
  repeats_ = last_page_ == fingerprint ? repeats_ + 1 : 0;
  last_page_ = fingerprint;
  const std::size_t too_often = records > 1 ? 1 : 2;
  if (repeats_ >= too_often) {
    throw error(errc::bad_data, where_ + ": the next page has the same " + std::to_string(records) +
                                    " records as the page before: the API does not look at the page's token; look at "
                                    "the paginator's `page_token_option`: its name, and where it is put");
  }
}

void pagination_guard::refuse_circle(const std::optional<value>& asked, std::uint64_t fingerprint) {
  const std::pair<std::string, std::uint64_t> step(asked ? canonical_json(*asked) : "", fingerprint);
  if (std::find(seen_.begin(), seen_.end(), step) != seen_.end()) {
    throw error(errc::bad_data, where_ + ": the token " + told(step.first) +
                                    " came again and led to the same page again, so that there would be no end; look "
                                    "at the paginator's `cursor_value` and `stop_condition`");
  }
  seen_.push_back(step);
  if (seen_.size() > most_.remembered_pages) {
    seen_.pop_front();
  }
}

}  // namespace ingest::rest
