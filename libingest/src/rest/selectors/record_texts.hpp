#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::rest {

/// The JSON of some records, one behind the other. Moving it keeps no view into it valid.
class record_texts {
 public:
  void append(std::string_view json) {
    bytes_.append(json);
    ends_.push_back(bytes_.size());
  }
  void reserve(std::size_t bytes, std::size_t records) {
    bytes_.reserve(bytes);
    ends_.reserve(records);
  }

  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  std::size_t bytes() const { return bytes_.size(); }

  std::string_view operator[](std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(bytes_).substr(begin, ends_[index] - begin);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace ingest::rest
