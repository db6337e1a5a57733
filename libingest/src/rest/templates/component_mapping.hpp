#pragma once

#include <optional>
#include <vector>

#include "rest/document/node.hpp"
#include "rest/expressions/interpolation.hpp"
#include "rest/transformations/add_fields.hpp"

namespace ingest::rest {

/// ComponentMappingDefinition: what is put where into a template for each of its streams.
struct component_mapping {
  std::vector<interpolation> field_path;
  interpolation content;
  value_type type = value_type::any;
  std::optional<interpolation> condition = {};  ///< whether it is put there at all; none: it is
  /// A text that is YAML is put there as what it says, unless `type` wants a text.
  bool reads_yaml = false;
  bool creates = false;  ///< what the path does not lead to yet is added, unless it would be false in Python

  /// `stream` with it. `given` has config, parameters, components_values, stream_template_config, stream_slice.
  /// Throws errc::config for what cannot be evaluated or added.
  node applied(const node& stream, const variables& given) const;
};

}  // namespace ingest::rest
