#include "rest/partitions/single_partition.hpp"

#include <utility>

namespace ingest::rest {

std::optional<partition> single_partition::next(const std::stop_token&) {
  return std::exchange(given_, true) ? std::nullopt : std::optional(partition());
}

}  // namespace ingest::rest
