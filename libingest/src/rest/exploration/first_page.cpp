#include "rest/exploration/first_page.hpp"

#include "ingest/error.hpp"

namespace ingest::rest {

answer_hints first_page::hints() const {
  const value& response = given.json_or_empty();
  return hints_in(response.is_dict() ? response : value(), given.headers(), !response.is_dict());
}

std::optional<first_page> page_questions::ask(const asked_params& with) const {
  return may_ask() ? page_of(api_.ask(with), with) : std::nullopt;
}

std::optional<first_page> page_questions::ask_next(const std::string& url) const {
  return may_ask() ? page_of(api_.ask_next(url), {}) : std::nullopt;
}

std::optional<first_page> page_questions::page_of(answer given, const asked_params& with) const {
  if (given.status() >= 300) {
    return std::nullopt;
  }
  try {
    std::vector<value> records = place_.records_in(given);
    return first_page{std::move(given), std::move(records), with};
  } catch (const error& e) {
    if (e.code() != errc::bad_data) {
      throw;
    }
    return std::nullopt;  // an API may answer to what it does not know with whatever it likes
  }
}

}  // namespace ingest::rest
