#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::detail {

/// What a JSON schema says of the values of a member.
enum class schema_kind : std::uint8_t {
  boolean,
  integer,
  number,
  text,
  date,
  time,
  date_time,
  uuid,
  json,  ///< objects, arrays, several kinds, or nothing is said
};

struct schema_member {
  std::string name;
  schema_kind kind = schema_kind::json;
};

/// The members of records that a JSON schema (https://json-schema.org, any draft) names in `properties`, in its order;
/// also through `$ref` within the schema, and in each of `allOf`. Of a member, `null` beside another type does not
/// count, nor `null` among `anyOf` and `oneOf`. What else a schema says, as `required` or `pattern`, is not looked at:
/// records need not keep to it. `airbyte_type: integer`, as connectors of Airbyte have it, makes a number whole.
/// Where `numbers_may_be_times`, the format "date-time" counts for numbers, too.
///
/// Throws errc::config for what is no schema of objects.
std::vector<schema_member> members_of_schema(std::string_view schema, bool numbers_may_be_times = false);

}  // namespace ingest::detail
