#include "text_table.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace ingest::app {

text_table::text_table(std::vector<column> columns) : columns_(std::move(columns)) {
  std::vector<std::string> headings;
  for (const column& c : columns_) {
    headings.push_back(c.heading);
  }
  lines_.push_back(std::move(headings));
}

void text_table::add(std::vector<std::string> line) {
  line.resize(columns_.size());
  lines_.push_back(std::move(line));
}

std::string text_table::text(std::size_t indentation) const {
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& line : lines_) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], detail::characters_in(line[i]));
    }
  }
  std::string all;
  for (const auto& line : lines_) {
    std::string made(indentation, ' ');
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string blanks(widths[i] - detail::characters_in(line[i]), ' ');
      made += (i == 0 ? "" : "  ") + (columns_[i].is_number ? blanks + line[i] : line[i] + blanks);
    }
    made.erase(made.find_last_not_of(' ') + 1);
    all += made + '\n';
  }
  return all;
}

}  // namespace ingest::app
