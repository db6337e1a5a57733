#pragma once

#include <string>
#include <vector>

#include "buffer/disk_buffer.hpp"

namespace ingest::testing {

inline run_identity sample_run() {
  return {"events", "0123456789abcdef0123456789abcdef", "one slice"};
}

/// `rows` lines of records that no other `number` has, with the position "after <number>".
inline batch sample_batch(int number, std::uint64_t rows = 2) {
  auto text = std::make_shared<std::string>();
  for (std::uint64_t row = 0; row < rows; ++row) {
    *text += "id-" + std::to_string(number) + "-" + std::to_string(row) + "\t{\"n\": " + std::to_string(number) + "}\n";
  }
  batch result;
  result.data = text;
  result.records = rows;
  result.position = "after " + std::to_string(number);
  return result;
}

/// Appends sample batches `first` … `last` to slice 0 and returns their pages.
inline std::vector<page> append_samples(disk_buffer& buffer, int first, int last) {
  std::vector<page> pages;
  for (int number = first; number <= last; ++number) {
    pages.push_back(buffer.append(0, sample_batch(number)));
  }
  return pages;
}

}  // namespace ingest::testing
