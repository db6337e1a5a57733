#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ingest/payload_pool.hpp"
#include "ingest/source.hpp"

namespace ingest {

namespace detail {
class byte_input;
}

struct csv_options {
  char separator = ',';
  bool quoting = true;  ///< fields may stand in double quotes, as RFC 4180 says

  /// The names of the columns. None: the first record of the file has them.
  std::vector<std::string> columns = {};

  std::size_t batch_bytes = 1 << 20;           ///< of text that becomes one batch, about
  std::size_t max_record_bytes = 16ull << 20;  ///< a longer record is refused with errc::bad_data

  /// Tab-separated values without quoting, as PostgreSQL and spreadsheets paste them.
  static csv_options tsv() { return {.separator = '\t', .quoting = false}; }
};

/// The records of a CSV or TSV file, gzipped, compressed with zstd, or neither, as newline-delimited JSON: an object
/// for each, with a string for each column. Blank lines are left out, unless there is just one column: its value is
/// empty then. Throws errc::bad_data, naming the file and the offset, for a record of more or fewer fields than there
/// are columns, broken quoting, and bytes that are no UTF-8. Positions are offsets into the decompressed bytes; going
/// on in a compressed file means decompressing what is before.
class csv_source final : public source {
 public:
  /// Throws errc::config if a column has no name, or one that another has.
  explicit csv_source(std::filesystem::path path, csv_options options = {});
  ~csv_source() override;

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override;
  void close() noexcept override;

 private:
  void read_header();
  std::size_t next_record();
  std::size_t parse_record();
  bool extend();
  void append_object(std::string& to);
  [[noreturn]] void fail(const std::string& what) const;

  std::filesystem::path path_;
  csv_options options_;
  payload_pool payloads_;
  std::vector<std::string> keys_;  // of the columns, as JSON: what precedes each value
  std::unique_ptr<detail::byte_input> input_;
  std::string text_;                 // what was read
  std::size_t at_ = 0;               // where in it the next record begins
  std::uint64_t offset_ = 0;         // of that record
  std::uint64_t record_offset_ = 0;  // of the record in fields_
  bool ended_ = false;               // nothing follows text_
  std::vector<std::string> fields_;
};

}  // namespace ingest
