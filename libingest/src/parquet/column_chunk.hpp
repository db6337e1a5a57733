#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/sinks/parquet_sink.hpp"
#include "parquet/column_bounds.hpp"
#include "parquet/page_compressor.hpp"
#include "parquet/parquet_value.hpp"
#include "parquet/run_length_encoder.hpp"
#include "parquet/string_dictionary.hpp"

namespace ingest::detail {

/// The pages of a column in a row group, compressed, and what the footer says of them.
struct written_chunk {
  explicit written_chunk(parquet_type type) : bounds(type) {}

  std::vector<std::string> pages;  ///< with their headers; the dictionary first, if there is one
  bool has_dictionary = false;
  std::uint64_t values = 0;  ///< nulls among them
  std::uint64_t plain_pages = 0;
  std::uint64_t dictionary_coded_pages = 0;
  std::uint64_t compressed_bytes = 0;    ///< of the pages
  std::uint64_t uncompressed_bytes = 0;  ///< the same, had they not been compressed
  column_bounds bounds;
};

/// Takes the values of a column and makes pages of them (README.md and Encodings.md of apache/parquet-format; data
/// pages of version 1, which all readers read). Texts are numbered in a dictionary for as long as that pays.
class column_chunk {
 public:
  /// What is given must outlive the chunk. A page is ended when it has `page_bytes`.
  column_chunk(const parquet_column& column, std::size_t page_bytes, page_compressor& compressor);

  void add(const parquet_value& value);
  void add_null();

  /// What all pages hold so far and what no page holds yet, in bytes.
  std::size_t memory() const;

  /// Ends the chunk and begins the next one.
  written_chunk end();

 private:
  bool is_text() const { return physical_ == physical_type::bytes; }
  void begin();
  void add_number_of(std::string_view text);
  void add_plain(const parquet_value& value);
  bool dictionary_pays() const;
  void leave_dictionary();
  void end_value();
  void end_page();
  void append_numbers(std::string& body);
  std::string page_of(std::string_view body, std::int32_t kind, std::int32_t values, std::int32_t encoding);

  const parquet_column* column_;
  physical_type physical_;
  std::size_t page_bytes_;
  page_compressor* compressor_;
  written_chunk done_;
  std::size_t done_bytes_ = 0;                     // of its pages
  std::unique_ptr<string_dictionary> dictionary_;  // with what data pages refer to
  bool numbering_ = false;                         // values go to the dictionary
  std::uint64_t numbered_ = 0;                     // values that went there
  run_length_encoder levels_{1};                   // of the page at hand: 1 where there is a value, 0 where it is null
  std::vector<std::uint32_t> numbers_;             // of the page at hand, in the dictionary
  std::size_t numbered_bytes_ = 0;                 // that their texts would be
  std::string plain_;                              // values of the page at hand
  unsigned bits_ = 0;                              // booleans in the last byte of it
  std::size_t values_ = 0;                         // of the page at hand, nulls among them
};

}  // namespace ingest::detail
