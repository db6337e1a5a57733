#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rest/partitions/partition_router.hpp"
#include "rest/partitions/recent_keys.hpp"

namespace ingest::rest {

struct partition_groups_options {
  std::unique_ptr<partition_router> router;
  std::size_t group_size = 1;
  bool deduplicate = true;  ///< a value that was in a group is left out
  std::string where = {};
};

/// GroupingPartitionRouter: so many partitions of another router made one, whose values are the lists of theirs. As in
/// the CDK, the other router puts nothing into requests then.
class partition_groups final : public partition_router {
 public:
  /// Throws errc::config for a size of 0.
  explicit partition_groups(partition_groups_options options);

  void begin() override;
  /// Throws errc::config for partitions that have another number of values than one, beside `parent_slice`.
  std::optional<partition> next(const std::stop_token& stop) override;
  bool was_told_of_none() const override { return options_.router->was_told_of_none(); }
  void inject(request_options&, const value&, const variables&) const override {}

 private:
  const value& only_value(const partition& one) const;

  partition_groups_options options_;
  recent_keys known_;
  std::vector<partition> group_;  ///< that is not full yet: the other router may fail, and be asked again
};

}  // namespace ingest::rest
