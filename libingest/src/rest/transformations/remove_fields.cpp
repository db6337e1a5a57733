#include "rest/transformations/remove_fields.hpp"

#include "rest/expressions/parameter_scope.hpp"
#include "rest/selectors/path_edit.hpp"

namespace ingest::rest {

remove_fields::remove_fields(const std::vector<std::vector<std::string>>& pointers,
                             std::optional<interpolation> condition, value parameters)
    : condition_(std::move(condition)), parameters_(std::move(parameters)) {
  for (const auto& pointer : pointers) {
    std::vector<path_step> steps;
    steps.reserve(pointer.size());
    for (const std::string& step : pointer) {
      steps.push_back({step});
    }
    pointers_.emplace_back(std::move(steps));
  }
  if (condition_ && condition_->text().empty()) {
    condition_.reset();
  }
}

value remove_fields::apply(const value& record, const variables& given) const {
  value out = record;
  for (const glob_path& pointer : pointers_) {
    if (condition_) {
      return without_leaves(out, [&](const value& leaf) {
        variables names = with_parameters(given, parameters_);
        names.set("property", leaf);
        return condition_->holds(names);
      });
    }
    out = without_path(out, pointer);
  }
  return out;
}

}  // namespace ingest::rest
