#include "rest/paginators/hint_values.hpp"

#include <string>

#include "rest/paginators/hint_names.hpp"

namespace ingest::rest {

std::optional<std::int64_t> number_in(const value& content) {
  if (content.kind() == value::kind::integer && content.fits_64_bits()) {
    return content.integer();
  }
  const bool digits = content.is_text() && !content.text().empty() && content.text().size() < 16 &&
                      content.text().find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::optional<std::int64_t>(std::stoll(content.text())) : std::nullopt;
}

std::optional<bool> truth_in(const value& content) {
  if (content.kind() == value::kind::boolean) {
    return content.boolean();
  }
  const std::string word = content.is_text() && content.text().size() < 6 ? plain_name(content.text()) : "";
  return word == "true" || word == "false" ? std::optional(word == "true") : std::nullopt;
}

bool is_absolute(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://") || (text.starts_with('/') && text.size() > 1);
}

bool says_nothing(const value& content) {
  return content.is_none() || (!content.is_number() && !content.truth());
}

}  // namespace ingest::rest
