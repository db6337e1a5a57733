#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "ingest/file_system.hpp"
#include "rest/partitions/parent_records.hpp"
#include "rest/selectors/record_texts.hpp"

namespace ingest::rest {

/// The records of a parent stream, as they were read once from its first slice to its last, for all who need them
/// after that. They are in a file without a name, which is gone with the process: the next one asks the API. Where
/// there is no room for them, they are not kept. Thread-safe.
class parent_spool : public std::enable_shared_from_this<parent_spool> {
 public:
  /// `most_bytes`: a parent that has more is not kept.
  parent_spool(file_system& files, std::filesystem::path directory, std::uint64_t most_bytes);

  /// Whoever reads the parent from its beginning. What was not finished is forgotten. Thread-safe.
  class writer {
   public:
    explicit writer(std::shared_ptr<parent_spool> to) : spool_(std::move(to)) {}
    ~writer();
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    /// `partition`: the values of the parent's own partition.
    void add(const value& partition, const record_texts& records);

    /// That was all of it.
    void finish();

   private:
    std::shared_ptr<parent_spool> spool_;
    bool finished_ = false;
  };

  /// Null where somebody else writes, where all is there already, and where there is no room.
  std::unique_ptr<writer> write();

  /// Null unless all is there.
  std::unique_ptr<parent_records> read();

 private:
  class reader;
  enum class state : std::uint8_t { empty, being_written, complete, given_up };

  void append(std::string_view partition, const record_texts& records);
  void end(bool whole);
  void give_up(const std::string& why);

  file_system& files_;
  std::filesystem::path directory_;
  std::uint64_t most_bytes_;
  std::mutex mutex_;
  state state_ = state::empty;
  std::unique_ptr<file> file_;
};

/// What is to be kept of a stream.
struct parent_keeping {
  std::shared_ptr<parent_spool> spool = {};  ///< null: nothing
  /// Whether what was read is all, where it has records or none: of none there may be doubts, and then others have to
  /// ask again, and judge for themselves.
  std::function<bool(bool has_records)> is_believable = nullptr;

  explicit operator bool() const { return spool != nullptr; }
};

/// The spools of those streams of a connector that are read more than once. Thread-safe.
class kept_parents {
 public:
  /// Removes what processes have left in the directory that were killed in a bad moment. Throws as the file system
  /// does.
  kept_parents(file_system& files, std::filesystem::path directory, std::set<std::string> streams,
               std::uint64_t most_bytes = std::uint64_t{1} << 30);

  /// `definition`: the stream's component as JSON, for a stream may be written in several ways. Null for a stream that
  /// is none of those.
  std::shared_ptr<parent_spool> of(const std::string& stream, const std::string& definition);

 private:
  file_system& files_;
  std::filesystem::path directory_;
  std::set<std::string> streams_;
  std::uint64_t most_bytes_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<parent_spool>> spools_;
};

}  // namespace ingest::rest
