#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// A table with a key, and another one of the same rows that it is held against.
struct compared_tables {
  std::string table;  ///< in SQL
  std::string against;
  std::vector<std::string> key;      ///< columns, as PostgreSQL has them
  std::vector<std::string> columns;  ///< others that both have; without those that fill themselves
  std::vector<std::string> lacking;  ///< that `table` does not have
  bool has_deletions = false;        ///< rows with _ingest_deleted_at are gone at the source; both have that column
};

/// The key is that of `against`. Throws errc::config where that has none, and where `table` lacks a column of it.
compared_tables tables_to_compare(postgres_connection& c, const std::string& table, const std::string& against);

struct table_differences {
  std::uint64_t rows = 0;                      ///< of the table
  std::uint64_t against = 0;                   ///< of the other one
  std::uint64_t missing = 0;                   ///< in the table
  std::uint64_t different = 0;                 ///< in columns that both have, as JSON values
  std::uint64_t extra = 0;                     ///< in the table, and not in the other one
  std::uint64_t doubled = 0;                   ///< in the table once more by the same key
  std::vector<std::string> missing_keys = {};  ///< some of them, as JSON
  std::vector<std::string> different_keys = {};
  std::vector<std::string> extra_keys = {};

  bool any() const { return missing + different + extra + doubled > 0; }
};

/// Without `whole`, the other one has a part of the rows: none is extra.
table_differences differences_of(postgres_connection& c, const compared_tables& tables, bool whole);

/// Puts rows into the table that are missing, and with `change` makes different ones what the other has, but for those
/// whose column `version`, if there is one, is greater. Inside a transaction of the caller. Returns how many rows that
/// were.
std::uint64_t repair(postgres_connection& c, const compared_tables& tables, bool change, const std::string& version);

}  // namespace ingest::detail
