#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "ingest/file_system.hpp"

namespace ingest::testing {

/// A file system in memory: fast, and gone with the test. Thread-safe as far as the real one is.
class memory_file_system : public file_system {
 public:
  std::unique_ptr<file> create(const std::filesystem::path& path) override;
  std::unique_ptr<file> open(const std::filesystem::path& path) override;
  bool exists(const std::filesystem::path& path) const override;
  std::vector<std::string> list(const std::filesystem::path& directory) const override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override;
  void sync_directory(const std::filesystem::path&) override {}

  /// Bytes that all files together may have; an append beyond it leaves half of what fits and throws no_space.
  std::atomic<std::uint64_t> capacity{~std::uint64_t{0}};

  /// Contents of a file and the lock that guards them; shared by all who have it open.
  struct node {
    std::mutex mutex;
    std::string bytes;
  };

  std::uint64_t used() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::filesystem::path, std::shared_ptr<node>> files_;
};

}  // namespace ingest::testing
