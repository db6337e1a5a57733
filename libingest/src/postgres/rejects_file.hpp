#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/batch.hpp"

namespace ingest::detail {

/// A row that is not in the table, and why.
struct rejected_row {
  enum class reason {
    refused,  ///< by the table
    differs   ///< a duplicate with other content than the row that stays
  };

  const page* of = nullptr;  ///< null where nobody knows any more
  std::uint64_t row = 0;     ///< within its page, counted from 1
  std::string sqlstate;
  std::string message;
  std::string_view text;  ///< its line
  reason why = reason::refused;
};

/// A source whose events differ whenever they are read could fill the disk with a second copy of all of them.
inline constexpr std::size_t most_differing_kept = 10'000;

/// What is said of a duplicate with other content.
inline const std::string differs = "the table has another event with this id, which stays";

/// The file that such rows are set aside in, as lines of JSON. Created (0600) for the first of them, and again when
/// somebody has taken it away. Of duplicates with other content, no more than `most_differing_kept` are set aside; of
/// those behind, the log tells once. Thread-safe.
class rejects_file {
 public:
  rejects_file(std::filesystem::path path, std::string pipeline);
  ~rejects_file();
  rejects_file(const rejects_file&) = delete;
  rejects_file& operator=(const rejects_file&) = delete;

  /// Appends a line for each row that is to be kept, and returns when they are durable. Throws errc::no_space or
  /// errc::io, after which the file holds none of them, and errc::config for a path that cannot be.
  void append(const std::vector<rejected_row>& rows);

 private:
  void open();
  bool is_where_it_was() const;
  bool was_deleted() const;
  void close();
  std::vector<const rejected_row*> to_be_kept(const std::vector<rejected_row>& rows);
  void write(const std::vector<const rejected_row*>& rows);

  const std::filesystem::path path_;
  const std::string pipeline_;
  std::mutex mutex_;
  int fd_ = -1;
  std::size_t differing_kept_ = 0;
  bool told_of_the_rest_ = false;
  bool failed_ = false;  // a failed fdatasync must not be repeated: the second would succeed without the data
};

/// The line, newline included.
std::string reject_line(const std::string& pipeline, const rejected_row& r);

}  // namespace ingest::detail
