#include "rest/selectors/record_extractor.hpp"

namespace ingest::rest {

record_extractor::record_extractor(const std::vector<interpolation>& field_path, const variables& config)
    : path_(glob_path::from_templates(field_path, config)) {}

void record_extractor::extract(const value& document, const std::function<void(const value& record)>& each) const {
  if (path_.has_star()) {
    for (const value& record : path_.values(document)) {
      each(record);
    }
    return;
  }
  const auto found = path_.only(document);
  if (found && found->is_list()) {
    for (const value& record : found->items()) {
      each(record);
    }
  } else if (found && found->truth()) {
    each(*found);
  }
}

}  // namespace ingest::rest
