#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/transformations/transformation.hpp"

namespace ingest::rest {

/// What a text that is evaluated may come out as; anything else stays the text that it is.
enum class value_type { any, text, number, integer, boolean };

/// The CDK's rule for texts with a `value_type`. Throws errc::config where it cannot be evaluated.
value evaluated_as(const interpolation& text, value_type type, const variables& given);

struct added_field {
  std::vector<std::string> path;
  interpolation content;
  value_type type = value_type::any;
};

/// AddFields: members that are computed. One sees those before it.
class add_fields final : public transformation {
 public:
  /// `condition` may look at `value` and `path` as well; `parameters` are the component's, or None. Throws errc::config
  /// for an empty path.
  explicit add_fields(std::vector<added_field> fields, std::optional<interpolation> condition = {},
                      value parameters = {});

  value apply(const value& record, const variables& given) const override;

 private:
  std::vector<added_field> fields_;
  std::optional<interpolation> condition_;
  value parameters_;
};

}  // namespace ingest::rest
