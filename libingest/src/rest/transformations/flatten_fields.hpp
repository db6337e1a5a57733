#pragma once

#include <optional>
#include <vector>

#include "rest/selectors/glob_path.hpp"
#include "rest/transformations/transformation.hpp"

namespace ingest::rest {

/// FlattenFields: a record without dicts in it, nor, unless `flatten_lists` is false, lists. A name that is taken gets
/// those above it in front, divided by dots, as many as it takes; the record's own members keep theirs. In the CDK, of
/// two that get one name all the same the last one counts. Of empty dicts and lists nothing is left, as in the CDK.
class flatten_fields final : public transformation {
 public:
  explicit flatten_fields(bool flatten_lists = true) : flatten_lists_(flatten_lists) {}
  value apply(const value& record, const variables& given) const override;

 private:
  bool flatten_lists_;
};

struct dpath_flatten_options {
  std::vector<interpolation> field_path;
  bool delete_origin_value = false;
  bool replace_record = false;
  std::optional<interpolation> key_prefix = {};
  std::optional<interpolation> key_suffix = {};
};

/// DpathFlattenFields: the members of the dict at the path become members of the record, unless one of that name is
/// there; or they become the record.
class dpath_flatten_fields final : public transformation {
 public:
  dpath_flatten_fields(const dpath_flatten_options& options, const variables& config);
  value apply(const value& record, const variables& given) const override;

 private:
  dictionary renamed(const dictionary& members) const;

  glob_path path_;
  bool delete_origin_value_;
  bool replace_record_;
  std::string prefix_;
  std::string suffix_;
};

}  // namespace ingest::rest
