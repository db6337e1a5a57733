#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ingest/file_system.hpp"

namespace ingest::testing {

/// A disk in memory that forgets at a power failure what was not synced. Knows one directory level: names are whole
/// paths, and syncing any directory makes all names durable.
class simulated_disk final : public file_system {
 public:
  /// What becomes of the bytes that were appended but not synced, when the power fails.
  enum class tail { lost, kept, half, zeroed };

  struct loss {
    tail data = tail::lost;        ///< of files that end in .tsv
    tail rest = tail::lost;        ///< of all others
    bool data_names_kept = false;  ///< unsynced creations, renames and removals of .tsv files happened all the same
    bool rest_names_kept = false;  ///< those of all others did
  };

  /// What becomes of one name.
  struct fate {
    tail bytes = tail::lost;
    bool name_kept = false;
  };

  /// Everything that is not durable is decided as `l` says, and is durable then.
  void lose_power(loss l);

  /// The same, each name for itself.
  void lose_power_by(const std::function<fate(const std::string& name)>& decide);

  /// A sync of the file has failed: the bytes that were to be synced are still seen, but no sync of the file makes them
  /// durable any more, though it says so. That is what Linux does.
  void fail_sync(const std::filesystem::path& path);

  /// The contents of a file as they would be after a power failure that takes all it can; nothing if there were none.
  std::optional<std::string> durable(const std::filesystem::path& path) const;

  /// The contents of a file as a running process sees them.
  std::string& contents(const std::filesystem::path& path);

  std::unique_ptr<file> create(const std::filesystem::path& path) override;
  std::unique_ptr<file> open(const std::filesystem::path& path) override;
  bool exists(const std::filesystem::path& path) const override { return names_.contains(path.string()); }
  std::vector<std::string> list(const std::filesystem::path& directory) const override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override { names_.erase(path.string()); }
  void sync_directory(const std::filesystem::path&) override { durable_names_ = names_; }

  /// Contents by path, as a running process sees them.
  std::map<std::string, std::string> files() const;

 private:
  struct inode {
    std::string cached;
    std::string durable;
    std::size_t doomed_from = 0;  ///< after a failed sync: these bytes never get to the disk
    std::size_t doomed_to = 0;

    void sync();
  };
  class open_file;

  std::map<std::string, std::shared_ptr<inode>> names_;
  std::map<std::string, std::shared_ptr<inode>> durable_names_;
};

}  // namespace ingest::testing
