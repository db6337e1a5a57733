#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/selectors/glob_path.hpp"
#include "rest/transformations/transformation.hpp"

namespace ingest::rest {

/// RemoveFields: takes out what the pointers lead to. With a condition, which may look at `property`, the CDK takes out
/// each text, number, boolean and null that it holds for, wherever it stands and whatever the pointers are; so this.
class remove_fields final : public transformation {
 public:
  explicit remove_fields(const std::vector<std::vector<std::string>>& pointers,
                         std::optional<interpolation> condition = {}, value parameters = {});

  value apply(const value& record, const variables& given) const override;

 private:
  std::vector<glob_path> pointers_;
  std::optional<interpolation> condition_;
  value parameters_;
};

}  // namespace ingest::rest
