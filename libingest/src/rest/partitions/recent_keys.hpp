#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_set>

namespace ingest::rest {

/// Remembers which keys were there, the latest of them only: what comes again after very many others is taken for new.
/// Keys are known by 64 bits of a hash and their length.
class recent_keys {
 public:
  explicit recent_keys(std::size_t most = 1'000'000) : most_(most) {}

  /// Whether the key was not among them. It is, afterwards.
  bool add(std::string_view key);
  void clear();

 private:
  std::size_t most_;
  std::unordered_set<std::uint64_t> known_;
  std::deque<std::uint64_t> order_;
};

}  // namespace ingest::rest
