#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/source.hpp"

namespace ingest {

class payload_pool;

namespace detail {
class byte_input;
struct csv_form;
}  // namespace detail

struct csv_options {
  /// None: comma, semicolon, tab or bar, as the header shows, or as a first line `sep=;` says.
  std::optional<char> separator = std::nullopt;
  bool quoting = true;  ///< fields may stand in double quotes, as RFC 4180 says

  /// The names of the columns. None: the first record of the file has them.
  std::vector<std::string> columns = {};

  std::size_t batch_bytes = 1 << 20;           ///< of text that becomes one batch, about
  std::size_t max_record_bytes = 16ull << 20;  ///< a longer record is refused with errc::bad_data

  /// A record of more or fewer fields than there are columns, or whose bytes are no UTF-8, does not end the reading:
  /// a line that is no JSON takes its place, which key_transform turns into a row that the PostgreSQL sink sets
  /// aside with the reason, the offset and the bytes.
  bool set_aside = false;

  /// What a column is called. Of the separators those are preferred under which one is, where none is given.
  std::string id_column = {};

  /// Tab-separated values without quoting, as PostgreSQL and spreadsheets paste them.
  static csv_options tsv() { return {.separator = '\t', .quoting = false}; }
};

/// The records of a CSV or TSV file as newline-delimited JSON: an object for each, with a string for each column. The
/// file may be compressed with gzip or zstd, and be UTF-16; its lines end with LF, CR LF or, if the header does, CR.
/// Blank lines are left out, unless there is just one column: its value is empty then. Throws errc::bad_data, naming
/// the file and the offset, for a record of more or fewer fields than there are columns and bytes that are no UTF-8,
/// unless these are set aside, and for broken quoting, behind which nobody knows where the next record begins.
/// Positions are offsets into the text; going on in a file that has to be decoded means decoding what is before.
class csv_source final : public source {
 public:
  /// Throws errc::config if a column has no name, or one that another has.
  explicit csv_source(std::filesystem::path path, csv_options options = {});
  ~csv_source() override;

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override;
  void close() noexcept override;

  /// The names of the columns; after open().
  const std::vector<std::string>& columns() const { return columns_; }

 private:
  void begin_at(std::uint64_t offset, const std::stop_token& stop);
  void read_header();
  void find_form();
  std::size_t next_record();
  std::size_t parse_record();
  bool extend();
  void append_object(std::string& to);
  [[noreturn]] void fail(const std::string& what) const;

  std::filesystem::path path_;
  csv_options options_;
  std::shared_ptr<payload_pool> payloads_;
  std::vector<std::string> columns_;
  std::vector<std::string> keys_;  // of the columns, as JSON: what precedes each value
  std::unique_ptr<detail::csv_form> form_;
  std::unique_ptr<detail::byte_input> input_;
  std::string text_;                 // what was read
  std::size_t at_ = 0;               // where in it the next record begins
  std::uint64_t offset_ = 0;         // of that record
  std::uint64_t record_offset_ = 0;  // of the record in fields_
  bool ended_ = false;               // nothing follows text_
  std::vector<std::string> fields_;
  std::string_view record_;  // the bytes of the record in fields_, in text_
};

}  // namespace ingest
