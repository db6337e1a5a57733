#pragma once

#include <string>
#include <string_view>

#include "rest/transformations/transformation.hpp"

namespace ingest::rest {

// No member is lost where several of one dict would get one name: that which has it already keeps it, or else the first
// one gets it, and the others keep their own. In the CDK the last one counts.

/// KeysToLower: the names of a record's own members.
class keys_to_lower final : public transformation {
 public:
  value apply(const value& record, const variables& given) const override;
};

/// KeysToSnakeCase: the names of all members of dicts in dicts; not of those in lists.
class keys_to_snake_case final : public transformation {
 public:
  value apply(const value& record, const variables& given) const override;
};

/// "HTTPServerName 2" is "httpserver_name_2". Characters beyond ASCII stay what they are; the CDK spells them in ASCII.
std::string in_snake_case(std::string_view key);

/// KeysReplace: a text in the names of all members of dicts in dicts.
class keys_replace final : public transformation {
 public:
  keys_replace(interpolation old_text, interpolation new_text, value parameters = {});
  value apply(const value& record, const variables& given) const override;

 private:
  interpolation old_;
  interpolation new_;
  value parameters_;
};

}  // namespace ingest::rest
