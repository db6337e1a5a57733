#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/copy_rows.hpp"
#include "postgres/postgres_connection.hpp"
#include "postgres/postgres_table.hpp"
#include "postgres/rejects_file.hpp"

namespace ingest::detail {

/// Loads rows within the caller's open transaction. They go into the table by COPY, all at once. If one of them is in
/// the table already, they all take the way through a temporary table and INSERT … ON CONFLICT DO NOTHING. If the table
/// refuses one, it is set aside, and COPY goes on behind it.
///
/// A refusal costs about as much as loading the rows before it once more: each attempt runs under a savepoint, takes
/// twice as many rows as the last one that went well, and ends before a row known to be bad.
class range_load {
 public:
  struct outcome {
    std::uint64_t loaded = 0;
    std::uint64_t duplicates = 0;
    bool staged = false;
    std::vector<rejected_row> differing;  ///< of the duplicates, those whose content is not that of the row that stays
    std::vector<rejected_row> rejected;
  };

  range_load(postgres_connection& c, const target_table& target, const copy_rows& rows)
      : connection_(c), target_(target), rows_(rows), window_(rows.size()) {}

  outcome run();

 private:
  struct suspect {
    std::size_t row;
    rejected_row why;
  };

  void attempt(std::size_t end);
  void succeed(std::size_t end);
  void fail(const database_error& e, std::size_t end);
  void reject(rejected_row why);
  void copy(const std::string& quoted_table, std::size_t end);
  void begin_staging();
  rejected_row describe(const database_error& e, std::size_t row) const;

  postgres_connection& connection_;
  const target_table& target_;
  const copy_rows& rows_;
  outcome outcome_;
  std::size_t next_ = 0;        ///< all rows before it are dealt with
  std::size_t window_;          ///< how many rows the next attempt takes at most
  std::uint64_t inserted_ = 0;  ///< by the attempt that is going on
  std::optional<suspect> suspect_;
  std::string buffer_;
};

}  // namespace ingest::detail
