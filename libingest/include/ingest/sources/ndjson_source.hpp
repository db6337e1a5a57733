#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ingest/source.hpp"

namespace ingest {

class payload_pool;

namespace detail {
class byte_input;
class json_values;
}  // namespace detail

struct ndjson_options {
  std::size_t batch_bytes = 1 << 20;         ///< of a batch, about; a longer line makes a longer batch
  std::size_t max_line_bytes = 64ull << 20;  ///< a longer line is refused with errc::bad_data

  /// In an array or among objects over several lines: a record with a line break in a string does not end the reading:
  /// a line that is no JSON takes its place, which key_transform turns into a row that the PostgreSQL sink sets
  /// aside with the reason, the offset and the bytes.
  bool set_aside = false;
};

/// The records of a file of JSON: its lines, or, where it begins so, the values of an array (or of several, one behind
/// the other) or objects that begin with a brace alone in its line; these are put on one line each. The file may be
/// compressed with gzip or zstd, and be UTF-16. A batch holds whole lines, each with its newline, also the last; a line
/// is a record, and blank ones are left out. Records are not parsed. An array that is not closed is errc::bad_data.
/// Positions are offsets into the text; going on in a file that has to be decoded means decoding what is before.
class ndjson_source final : public source {
 public:
  explicit ndjson_source(const std::filesystem::path& path, ndjson_options options = {});

  /// Of what comes out of a descriptor, such as standard input, each record as soon as it is there; `name` is what
  /// messages call it. It can be read once, from its beginning, and stays its owner's.
  ndjson_source(int fd, std::string name, ndjson_options options = {});

  ~ndjson_source() override;

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override;
  void close() noexcept override;

 private:
  std::optional<batch> read_lines();
  std::optional<batch> read_values();
  std::size_t extend(std::string& block, std::size_t filled);

  std::optional<int> fd_;
  std::string name_;  // or the path
  ndjson_options options_;
  std::shared_ptr<payload_pool> payloads_;
  std::unique_ptr<detail::byte_input> input_;
  std::unique_ptr<detail::json_values> values_;  // where records do not stand on lines
  std::string begun_;                            // of a line whose end has not been read
  std::uint64_t offset_ = 0;                     // of the first byte of begun_
};

}  // namespace ingest
