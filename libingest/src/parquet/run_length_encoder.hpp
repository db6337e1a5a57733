#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ingest::detail {

/// Small numbers in Parquet's hybrid of runs and bit packing (Encodings.md of apache/parquet-format, RLE): of one that
/// comes eight times or more its number and how often, others packed in groups of eight.
class run_length_encoder {
 public:
  /// `width` is how many bits each number has, 1 … 32.
  explicit run_length_encoder(unsigned width) : width_(width) {}

  void add(std::uint32_t number) {
    if (number != number_) {
      end_run();
      number_ = number;
    }
    ++run_;
  }

  /// All that was added, and makes the encoder as new.
  std::string finish();

  /// In bytes, roughly.
  std::size_t memory() const { return out_.capacity() + packed_.capacity(); }

 private:
  static constexpr std::size_t group_size = 8;

  void end_run();
  void add_to_group(std::uint32_t number);
  void pack_group();
  void end_groups();
  void varint(std::uint64_t value);

  unsigned width_;
  std::uint32_t number_ = 0;  // of the run at hand
  std::size_t run_ = 0;       // how long it is
  std::array<std::uint32_t, group_size> group_{};
  std::size_t in_group_ = 0;
  std::string packed_;  // whole groups that lie behind all that is in out_
  std::string out_;
};

}  // namespace ingest::detail
