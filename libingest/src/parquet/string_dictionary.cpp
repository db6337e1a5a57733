#include "parquet/string_dictionary.hpp"

#include <functional>
#include <utility>

#include "parquet/little_endian.hpp"

namespace ingest::detail {

std::uint32_t string_dictionary::number_of(std::string_view text) {
  if (slots_.size() < 2 * (begins_.size() + 1)) {
    grow();
  }
  const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>()(text));
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at].number_behind != 0; at = (at + 1) & mask) {
    const std::uint32_t number = slots_[at].number_behind - 1;
    if (slots_[at].hash == hash && text_of(number) == text) {
      return number;
    }
  }
  append_little_endian(static_cast<std::uint32_t>(text.size()), plain_);
  begins_.push_back(plain_.size());
  plain_ += text;
  slots_[at] = {static_cast<std::uint32_t>(begins_.size()), hash};
  return static_cast<std::uint32_t>(begins_.size() - 1);
}

std::string_view string_dictionary::text_of(std::uint32_t number) const {
  const std::size_t begin = begins_[number];
  const std::size_t end = number + 1 < begins_.size() ? begins_[number + 1] - sizeof(std::uint32_t) : plain_.size();
  return std::string_view(plain_).substr(begin, end - begin);
}

void string_dictionary::grow() {
  constexpr std::size_t first = 64;
  const auto old = std::exchange(slots_, std::vector<slot>(slots_.empty() ? first : slots_.size() * 2));
  for (const slot& s : old) {
    if (s.number_behind != 0) {
      slots_[free_slot(s.hash)] = s;
    }
  }
}

std::size_t string_dictionary::free_slot(std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].number_behind != 0) {
    at = (at + 1) & mask;
  }
  return at;
}

}  // namespace ingest::detail
