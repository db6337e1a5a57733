#include "parquet/run_length_encoder.hpp"

#include <algorithm>
#include <utility>

namespace ingest::detail {

void run_length_encoder::end_run() {
  const std::size_t fills = in_group_ == 0 ? 0 : std::min(run_, group_size - in_group_);
  for (std::size_t i = 0; i < fills; ++i) {
    add_to_group(number_);
  }
  run_ -= fills;
  if (run_ >= group_size) {
    end_groups();
    varint(std::uint64_t{run_} << 1);
    for (unsigned bits = 0; bits < width_; bits += 8) {
      out_.push_back(static_cast<char>(number_ >> bits & 0xff));
    }
  } else {
    for (std::size_t i = 0; i < run_; ++i) {
      add_to_group(number_);
    }
  }
  run_ = 0;
}

void run_length_encoder::add_to_group(std::uint32_t number) {
  group_[in_group_++] = number;
  if (in_group_ == group_size) {
    pack_group();
  }
}

/// Eight numbers of n bits are n bytes.
void run_length_encoder::pack_group() {
  std::uint64_t bits = 0;
  unsigned count = 0;
  for (const std::uint32_t number : group_) {
    bits |= std::uint64_t{number} << count;
    for (count += width_; count >= 8; count -= 8) {
      packed_.push_back(static_cast<char>(bits & 0xff));
      bits >>= 8;
    }
  }
  in_group_ = 0;
}

void run_length_encoder::end_groups() {
  if (!packed_.empty()) {
    const std::uint64_t groups = packed_.size() / width_;
    varint(groups << 1 | 1);
    out_ += packed_;
    packed_.clear();
  }
}

void run_length_encoder::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    out_.push_back(static_cast<char>(value | 0x80));
  }
  out_.push_back(static_cast<char>(value));
}

std::string run_length_encoder::finish() {
  end_run();
  if (in_group_ > 0) {
    // Who reads knows how many numbers there are.
    std::fill(group_.begin() + static_cast<std::ptrdiff_t>(in_group_), group_.end(), 0);
    pack_group();
  }
  end_groups();
  return std::exchange(out_, {});
}

}  // namespace ingest::detail
