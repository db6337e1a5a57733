#include "postgres/query_result.hpp"

#include <cstdlib>

namespace ingest::detail {

std::string query_result::text(std::size_t row, int column) const {
  return value(row, column).value_or("");
}

std::int64_t query_result::number(std::size_t row, int column) const {
  return std::strtoll(text(row, column).c_str(), nullptr, 10);
}

std::uint64_t query_result::affected() const {
  return std::strtoull(tag_.substr(tag_.find_last_of(' ') + 1).c_str(), nullptr, 10);
}

}  // namespace ingest::detail
