#include "rest/partitions/recent_keys.hpp"

#include <functional>
#include <utility>

namespace ingest::rest {

namespace {

constexpr std::size_t smallest_table = 64;

}  // namespace

bool recent_keys::add(std::string_view key) {
  std::uint64_t hash = std::hash<std::string_view>()(key) ^ (key.size() << 56U);
  hash += hash == 0 ? 1 : 0;
  if (table_.size() < 2 * (order_.size() + 2)) {
    grow();
  }
  const std::size_t place = place_of(hash);
  if (table_[place] == hash) {
    return false;
  }
  table_[place] = hash;
  if (order_.size() < most_) {
    order_.push_back(hash);
  } else {
    remove(std::exchange(order_[oldest_], hash));
    oldest_ = (oldest_ + 1) % most_;
  }
  return true;
}

void recent_keys::clear() {
  table_.clear();
  order_.clear();
  oldest_ = 0;
}

/// Where it is, or where it would be put.
std::size_t recent_keys::place_of(std::uint64_t hash) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t place = hash & mask;
  while (table_[place] != 0 && table_[place] != hash) {
    place = (place + 1) & mask;
  }
  return place;
}

void recent_keys::grow() {
  table_.assign(table_.empty() ? smallest_table : 2 * table_.size(), 0);
  for (const std::uint64_t hash : order_) {
    table_[place_of(hash)] = hash;
  }
}

/// Those behind it in its run move up where they may, so that no search ends too early.
void recent_keys::remove(std::uint64_t hash) {
  const std::size_t mask = table_.size() - 1;
  std::size_t hole = place_of(hash);
  for (std::size_t next = (hole + 1) & mask; table_[next] != 0; next = (next + 1) & mask) {
    const std::size_t home = table_[next] & mask;
    const bool may_move = ((next - home) & mask) >= ((next - hole) & mask);
    if (may_move) {
      table_[hole] = table_[next];
      hole = next;
    }
  }
  table_[hole] = 0;
}

}  // namespace ingest::rest
