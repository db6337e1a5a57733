#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rest/partitions/parent_records.hpp"
#include "rest/partitions/partition_router.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

/// ParentStreamConfig.
struct parent_stream_options {
  std::shared_ptr<parent_records> records;
  interpolation parent_key;       ///< where the value is in the parent's records; "/" divides the steps to it
  interpolation partition_field;  ///< what the value is called in the partition
  std::vector<std::vector<interpolation>> extra_fields = {};
  std::optional<request_option> option = {};
  std::string where = {};
  /// Of the short spelling: they tell partitions apart, as the key does, and are among the values of a partition; and a
  /// key that is null or empty is none, as nothing can be asked for by it.
  bool extra_fields_tell_apart = false;
};

/// SubstreamPartitionRouter: a partition a record of the parents, one parent after the other. Records without the key
/// give none. What `parent_slice` names is the parent's own partition. Parents are read page by page.
class substream_partitions final : public partition_router {
 public:
  /// Throws errc::config for no parent.
  substream_partitions(std::vector<parent_stream_options> parents, const variables& config);

  void begin() override;
  std::optional<partition> next(const std::stop_token& stop) override;
  bool was_told_of_none() const override { return !has_records_; }
  void inject(request_options& to, const value& stream_slice, const variables& given) const override;

 private:
  struct extra_field {
    std::string name;
    glob_path path;
  };
  struct parent {
    parent_stream_options options;
    glob_path key;
    std::string field;
    std::vector<extra_field> extra_fields;
  };

  bool turn_page(const std::stop_token& stop);
  static std::optional<partition> partition_of(const parent& from, const value& record, const value& parent_slice);

  std::vector<parent> parents_;
  std::size_t parent_ = 0;
  bool parent_begun_ = false;
  parent_page page_;
  std::size_t record_ = 0;
  bool told_ = false;
  bool has_records_ = false;
};

}  // namespace ingest::rest
