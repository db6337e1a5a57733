#pragma once

#include "rest/partitions/partition_router.hpp"

namespace ingest::rest {

/// SinglePartitionRouter: the stream is one partition, without values.
class single_partition final : public partition_router {
 public:
  void begin() override { given_ = false; }
  std::optional<partition> next(const std::stop_token&) override;
  void inject(request_options&, const value&, const variables&) const override {}

 private:
  bool given_ = false;
};

}  // namespace ingest::rest
