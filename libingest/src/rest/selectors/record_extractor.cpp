#include "rest/selectors/record_extractor.hpp"

namespace ingest::rest {

record_extractor::record_extractor(const std::vector<interpolation>& field_path, const variables& config)
    : path_(glob_path::from_templates(field_path, config)) {}

bool record_extractor::extract(const value& document, const std::function<void(const value& record)>& each) const {
  if (path_.has_star()) {
    const auto records = path_.values(document);
    for (const value& record : records) {
      each(record);
    }
    return !records.empty();
  }
  const auto found = path_.only(document);
  if (found && found->is_list()) {
    for (const value& record : found->items()) {
      each(record);
    }
  } else if (found && found->truth()) {
    each(*found);
  }
  return found.has_value();
}

}  // namespace ingest::rest
