#pragma once

#include <memory>
#include <string>

#include "ingest/custom_kinds.hpp"
#include "rest/paginators/pagination_strategy.hpp"
#include "rest/partitions/partition_router.hpp"

/// What stands for components of one's own where slices and their pages are found, and the other way round. `where`
/// names the component in messages.
namespace ingest::rest {

/// CustomPaginationStrategy.
class custom_pagination final : public pagination_strategy {
 public:
  custom_pagination(std::shared_ptr<const custom::pagination_strategy> made, std::string where)
      : made_(std::move(made)), where_(std::move(where)), looks_at_("{{ last_record }}", where_) {}

  std::optional<value> initial_token() const override;
  std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const override;
  std::optional<std::int64_t> page_size(const variables&) const override { return made_->page_size(); }

  /// It is shown the last record; the answer it is shown as text.
  std::vector<const interpolation*> templates() const override { return {&looks_at_}; }

 private:
  std::shared_ptr<const custom::pagination_strategy> made_;
  std::string where_;
  interpolation looks_at_;
};

/// CustomPartitionRouter.
class custom_partitions final : public partition_router {
 public:
  /// `injecting` puts partitions into requests as its parents' options say; null: nobody does.
  custom_partitions(std::unique_ptr<custom::partition_router> made, std::unique_ptr<partition_router> injecting,
                    std::string where)
      : made_(std::move(made)), injecting_(std::move(injecting)), where_(std::move(where)) {}

  void begin() override { made_->begin(); }
  std::optional<partition> next(const std::stop_token& stop) override;
  bool was_told_of_none() const override { return true; }  ///< who knows
  void inject(request_options& to, const value& stream_slice, const variables& given) const override;

 private:
  std::unique_ptr<custom::partition_router> made_;
  std::unique_ptr<partition_router> injecting_;
  std::string where_;
};

/// A router of the manifest, for one that is one's own.
class partitions_of_manifest final : public custom::partition_router {
 public:
  explicit partitions_of_manifest(std::unique_ptr<rest::partition_router> inner) : inner_(std::move(inner)) {}

  void begin() override { inner_->begin(); }
  std::optional<custom::partition> next(const std::stop_token& stop) override;

 private:
  std::unique_ptr<rest::partition_router> inner_;
};

}  // namespace ingest::rest
