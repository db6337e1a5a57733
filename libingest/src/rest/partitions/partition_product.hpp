#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rest/partitions/partition_router.hpp"

namespace ingest::rest {

/// CartesianProductStreamSlicer: each partition of the first router with each of the second, and so on; the last one
/// varies fastest. Of values of one name the first router's counts. The partitions of all routers but the first are
/// kept, up to a limit; a router that has more is asked anew for each round.
class partition_product final : public partition_router {
 public:
  /// Throws errc::config for no router.
  explicit partition_product(std::vector<std::unique_ptr<partition_router>> routers, std::size_t most_kept = 100'000);

  void begin() override;
  std::optional<partition> next(const std::stop_token& stop) override;
  bool was_told_of_none() const override { return empty_ != nullptr && empty_->was_told_of_none(); }
  void inject(request_options& to, const value& stream_slice, const variables& given) const override;

 private:
  /// One of the routers, and which of its partitions it stands at.
  struct column {
    std::unique_ptr<partition_router> router;
    std::vector<partition> kept = {};
    bool all_kept = false;
    bool too_many = false;
    std::size_t at = 0;
    partition current = {};
  };

  static void rewind(column& one);
  bool advance(column& one, bool keep, const std::stop_token& stop) const;
  bool first_row(const std::stop_token& stop);
  bool next_row(const std::stop_token& stop);
  partition row() const;

  std::vector<column> columns_;
  std::size_t most_kept_;
  const partition_router* empty_ = nullptr;  // the one for which there is no row at all
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace ingest::rest
