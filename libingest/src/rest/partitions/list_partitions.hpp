#pragma once

#include <string>
#include <variant>

#include "rest/partitions/partition_router.hpp"

namespace ingest::rest {

struct list_partitions_options {
  std::variant<interpolation, value> values;  ///< a list, or an expression of one
  interpolation cursor_field;                 ///< the name of the partition's value
  std::optional<request_option> option = {};
  std::string where = {};
};

/// ListPartitionRouter: a partition an item.
class list_partitions final : public partition_router {
 public:
  /// Throws errc::config where the values are no list by `config`.
  list_partitions(list_partitions_options options, const variables& config);

  void begin() override { next_ = 0; }
  std::optional<partition> next(const std::stop_token& stop) override;
  void inject(request_options& to, const value& stream_slice, const variables& given) const override;

 private:
  value values_;
  std::string field_;
  std::optional<request_option> option_;
  std::size_t next_ = 0;
};

}  // namespace ingest::rest
