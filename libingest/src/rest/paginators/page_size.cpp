#include "rest/paginators/page_size.hpp"

#include "ingest/error.hpp"

namespace ingest::rest {

std::optional<std::int64_t> page_size::evaluate(const variables& given) const {
  if (!text_) {
    return std::nullopt;
  }
  const value size = text_->evaluate_itself(given);
  if (size.kind() != value::kind::integer) {
    throw error(errc::config, text_->where() + ": `page_size` must come out as a whole number, but \"" + text_->text() +
                                  "\" is " + size.to_repr());
  }
  return size.integer();
}

}  // namespace ingest::rest
