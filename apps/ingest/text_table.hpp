#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ingest::app {

/// Lines of columns, each as wide as its widest text, two blanks apart. Those that are named are numbers, and end where
/// the others do. The first line is their headings.
class text_table {
 public:
  struct column {
    std::string heading;
    bool is_number = false;
  };

  explicit text_table(std::vector<column> columns);

  void add(std::vector<std::string> line);

  /// Each line with so many blanks in front.
  std::string text(std::size_t indentation = 0) const;

 private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> lines_;
};

}  // namespace ingest::app
