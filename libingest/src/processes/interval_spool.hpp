#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/file_system.hpp"
#include "processes/process_position.hpp"

namespace ingest::processes {

/// Files that hold records of which the state has not come yet, so that nothing is given out that would come again. One
/// is written to its end, made durable, and then read; it stays until what was read of it is durable elsewhere.
///
/// Lives as long as its pipeline, longer than the sources that use it one after the other.
class interval_spool {
 public:
  /// `in_flight`: as soon as more bytes than that were given out behind the end of a file, all of it is durable.
  interval_spool(file_system& files, std::filesystem::path directory, std::uint64_t in_flight);

  /// Before anything is read: files of earlier processes are removed, but for the one that is still to be read, if any.
  /// Only the first call does so. Throws errc::bad_data where that one is gone or too short.
  void begin(const std::optional<spool_place>& to_be_read);

  /// Begins a file, which is given up where it was not finished.
  void create();
  bool is_being_written() const { return file_ != nullptr; }
  void append(std::string_view lines);

  /// Makes it durable; it can be read from there on.
  spool_place finish(bool is_last);

  /// Gives up what is being written.
  void abandon() noexcept;

  /// Lines of about `bytes` behind `from`, which moves on: whole ones, at least one.
  std::string read(spool_place& from, std::size_t bytes);

  /// So many bytes were given out, the last ones of the file `finished`; empty: of none.
  void note_given(std::uint64_t bytes, const std::string& finished);

  /// Removes all files that such spools have left in a directory whose records are all loaded.
  static void remove_all(file_system& files, const std::filesystem::path& directory);

 private:
  struct read_file {
    std::string name;
    std::uint64_t given_since = 0;
  };

  const file& opened(const spool_place& place);

  file_system& files_;
  std::filesystem::path directory_;
  std::uint64_t in_flight_;
  bool has_begun_ = false;
  std::string name_;            ///< of what is being written
  std::unique_ptr<file> file_;  ///< being written
  std::string being_read_;
  std::unique_ptr<file> reading_;
  std::deque<read_file> read_;  ///< to their ends; the oldest first
};

}  // namespace ingest::processes
