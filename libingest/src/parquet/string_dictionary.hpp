#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::detail {

/// Different strings, numbered in the order in which they came.
class string_dictionary {
 public:
  /// The number of a string, which is added unless it is there.
  std::uint32_t number_of(std::string_view text);

  std::string_view text_of(std::uint32_t number) const;

  std::size_t size() const { return begins_.size(); }

  /// All of them as a dictionary page has them: each behind its length (PLAIN).
  const std::string& plain() const { return plain_; }

  /// In bytes.
  std::size_t memory() const {
    return plain_.capacity() + begins_.capacity() * sizeof(std::size_t) + slots_.capacity() * sizeof(slot);
  }

 private:
  struct slot {
    std::uint32_t number_behind = 0;  // the number + 1; 0: it is free
    std::uint32_t hash = 0;
  };

  void grow();
  std::size_t free_slot(std::uint32_t hash) const;

  std::string plain_;
  std::vector<std::size_t> begins_;  // of each text in plain_
  std::vector<slot> slots_;          // a power of two of them, half of which are free at least
};

}  // namespace ingest::detail
