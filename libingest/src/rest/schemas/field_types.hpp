#pragma once

#include <optional>
#include <vector>

#include "rest/connectors/component.hpp"

namespace ingest::rest {

/// What an API's words for the types of fields are in JSON Schema: those of Airbyte's own by themselves, others by a
/// list of TypesMap. The first of them that fits counts.
class field_types {
 public:
  /// Of a SchemaTypeIdentifier. Throws errc::config for a TypesMap that names no type of Airbyte's.
  explicit field_types(const component& identifier);

  /// The schema of a field whose type the API calls `type`, a text or a list of two; `raw_schema` is all that the API
  /// says of the field. Throws errc::bad_data for a type that nothing is said of.
  value schema_of(const value& type, const value& raw_schema) const;

 private:
  struct line {
    value current;
    value schema;
    std::optional<interpolation> condition;
  };

  std::string where_;
  std::shared_ptr<const variables> known_;
  std::vector<line> lines_;
};

}  // namespace ingest::rest
