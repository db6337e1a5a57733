#pragma once

#include "ingest/file_system.hpp"
#include "simulation/simulated_process.hpp"
#include "support/simulated_disk.hpp"

namespace ingest::testing {

/// A simulated disk as a process sees it: operations fail, the disk is full for a while, and the process may die
/// before, in and behind each of them.
class simulated_files final : public file_system {
 public:
  simulated_files(schedule& s, simulated_disk& disk, simulated_process& user)
      : schedule_(s), disk_(disk), user_(user) {}

  /// Called before a file is removed.
  std::function<void(const std::filesystem::path&)> before_remove = [](const std::filesystem::path&) {};

  std::unique_ptr<file> create(const std::filesystem::path& path) override;
  std::unique_ptr<file> open(const std::filesystem::path& path) override;
  bool exists(const std::filesystem::path& path) const override { return disk_.exists(path); }
  std::vector<std::string> list(const std::filesystem::path& directory) const override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override;
  void sync_directory(const std::filesystem::path& directory) override;

 private:
  class open_file;

  /// The process may die here, or the operation fail.
  void attempt(const char* what, const std::filesystem::path& path);
  void after(const char* what, const std::filesystem::path& path);
  bool is_full(const char* what, const std::filesystem::path& path);

  schedule& schedule_;
  simulated_disk& disk_;
  simulated_process& user_;
  std::uint64_t full_for_ = 0;  ///< so many more operations find no space
};

}  // namespace ingest::testing
