#include "rest/partitions/recent_keys.hpp"

#include <functional>

namespace ingest::rest {

bool recent_keys::add(std::string_view key) {
  const std::uint64_t hash = std::hash<std::string_view>()(key) ^ (key.size() << 56U);
  if (!known_.insert(hash).second) {
    return false;
  }
  order_.push_back(hash);
  if (order_.size() > most_) {
    known_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

void recent_keys::clear() {
  known_.clear();
  order_.clear();
}

}  // namespace ingest::rest
