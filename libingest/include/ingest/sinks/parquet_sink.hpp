#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/sinks/file_sink.hpp"

namespace ingest {

namespace detail {
class parquet_rows;
class parquet_writer;
}  // namespace detail

/// Types of columns, and the JSON that they take. What a column cannot hold goes to the column `_ingest_extra`.
enum class parquet_type : std::uint8_t {
  boolean,    ///< true and false, also as strings
  int64,      ///< whole numbers from -2⁶³ to 2⁶³ - 1, also as strings; 1.0 and 1e3 are some
  real64,     ///< DOUBLE: numbers, also as strings; one that has more digits than it keeps is rounded
  decimal,    ///< numbers with at most `scale` places behind the point, also as strings
  string,     ///< strings, and any other value as its JSON
  date,       ///< "2026-01-27"
  time,       ///< "19:19:13.629" up to microseconds, of no zone; not 24:00
  timestamp,  ///< "2026-01-27T19:19:13.629+02:00" as microseconds in UTC
  uuid,       ///< in its form with four hyphens; capitals become small letters
  json,       ///< everything, as it came
};

struct parquet_column {
  std::string name;  ///< of the column, and of the member of a record whose values it takes
  parquet_type type = parquet_type::json;
  bool required = false;  ///< a record without a value that fits is refused; else the column is null there
  int precision = 18;     ///< of a decimal: how many digits it has, 1 … 18
  int scale = 0;          ///< of a decimal: how many of them stand behind the point
};

struct parquet_options {
  /// Empty: found out from the first records, as many as fit into a quarter of `memory_bytes`: a column for each member
  /// that has a value, of the narrowest type that all its values fit into: boolean, int64, real64 (where each number
  /// comes back with all its digits), uuid (in small letters), date, timestamp (with a time and a zone), string; json
  /// for objects, arrays, other numbers and values of several kinds. At most 500 of them.
  std::vector<parquet_column> columns = {};

  /// About as much is held in memory, beside what describes the row groups that are written already, some hundred
  /// bytes for each column of each, and as far as the largest record leaves room. A row group is written when half of
  /// it is full, compressed, or at 2²⁰ records. At least 1 MiB.
  std::uint64_t memory_bytes = 32ull << 20;

  std::optional<int> zstd_level = 3;  ///< 1 … 19; nothing: not compressed

  /// Stand in the file's metadata as they are.
  std::vector<std::pair<std::string, std::string>> metadata = {};

  /// Told of each record that cannot be a row, and why. Without it such a record fails the write (errc::bad_data).
  std::function<void(std::string_view record, const std::string& why)> refused = nullptr;

  file_sink_options files = {};
};

struct parquet_counts {
  std::uint64_t rows = 0;
  std::uint64_t values_apart = 0;   ///< in `_ingest_extra`, because their column has not all of them
  std::uint64_t members_apart = 0;  ///< in `_ingest_extra`, because they have no column
  std::uint64_t refused = 0;        ///< records that could not be rows
};

/// One Parquet file of JSON records, a column for each member and `_ingest_extra` (JSON) for what no column holds: a
/// row's members without column, and values that do not fit, under their names. The columns of a file are settled
/// before its first row group is written; members that come later have none. Batches hold whole lines, each a JSON
/// object (errc::bad_data otherwise). What is no object, or not UTF-8, is refused: see parquet_options::refused.
///
/// The file appears when it is complete, at finalize(), in the place of one that is there, as file_sink has it, with
/// its temporary file, its locks and its modes. Nothing stands before: a run that was killed begins anew, and there is
/// no resuming within a file, whose columns and row groups are told at its end. Where the path is a FIFO or a device
/// the bytes go there as row groups fill, and a failure leaves a file without its end, which no reader takes for one.
class parquet_sink final : public sink {
 public:
  /// Throws errc::config for columns that a file cannot have (two of one name, none, `_ingest_extra`, a decimal of
  /// senseless digits), for an unknown level and for too little memory.
  explicit parquet_sink(std::filesystem::path path, parquet_options options = {});
  ~parquet_sink() override;

  void open(std::stop_token stop) override;
  write_outcome write(const batch& records) override;
  void finalize() override;
  void abort(const error& why) override;
  commit_point commits() const override;

  /// Of what has become rows so far; all of it after finalize().
  parquet_counts counts() const;

 private:
  void begin(std::vector<parquet_column> columns);
  void settle_columns();
  void append(std::string_view line);

  std::filesystem::path path_;
  parquet_options options_;
  file_sink file_;
  std::string sample_;  // records that the columns will be found out from
  std::uint64_t refused_ = 0;
  std::unique_ptr<detail::parquet_writer> writer_;  // none: the columns are not settled
  std::unique_ptr<detail::parquet_rows> rows_;
};

}  // namespace ingest
