#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::detail {

/// What a statement returned: rows of text, nothing standing for NULL, and the command's tag, as "INSERT 0 3".
class query_result {
 public:
  using row_values = std::vector<std::optional<std::string>>;

  query_result() = default;
  query_result(std::vector<row_values> rows, std::string tag) : rows_(std::move(rows)), tag_(std::move(tag)) {}

  std::size_t rows() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }

  /// Empty for NULL.
  std::string text(std::size_t row, int column) const;
  std::int64_t number(std::size_t row, int column) const;
  bool truth(std::size_t row, int column) const { return text(row, column) == "t"; }
  bool null(std::size_t row, int column) const { return !value(row, column); }

  std::string_view tag() const { return tag_; }

  /// The number of rows that the tag tells.
  std::uint64_t affected() const;

 private:
  const std::optional<std::string>& value(std::size_t row, int column) const {
    return rows_.at(row).at(static_cast<std::size_t>(column));
  }

  std::vector<row_values> rows_;
  std::string tag_;
};

}  // namespace ingest::detail
