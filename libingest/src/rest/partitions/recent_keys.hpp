#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ingest::rest {

/// Remembers which keys were there, the latest of them only: what comes again after very many others is taken for new.
/// Keys are known by 64 bits of a hash and their length. A quarter of a million take 6 MB: a table with open addresses
/// and linear probing, whose removals leave no marks (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
class recent_keys {
 public:
  explicit recent_keys(std::size_t most = 250'000) : most_(most) {}

  /// Whether the key was not among them. It is, afterwards.
  bool add(std::string_view key);
  void clear();

 private:
  std::size_t place_of(std::uint64_t hash) const;
  void grow();
  void remove(std::uint64_t hash);

  std::size_t most_;
  std::vector<std::uint64_t> table_;  ///< 0: nobody; at most half of it is in use
  std::vector<std::uint64_t> order_;  ///< the latest keys, in a circle once there are `most_`
  std::size_t oldest_ = 0;
};

}  // namespace ingest::rest
