#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/file_system.hpp"

namespace ingest::testing {

/// A file system that fails on demand, in front of another one. Operations that change something are counted from 1:
/// create, append, truncate, sync, rename, remove, sync_directory.
class faulty_file_system final : public file_system {
 public:
  struct append_fault {
    std::uint64_t at = 0;     ///< the nth append from now on, counted from 1
    std::size_t written = 0;  ///< bytes of it that reach the file all the same
    errc code = errc::no_space;
    bool repeats = false;  ///< all later ones fail as well
  };

  explicit faulty_file_system(file_system& behind) : behind_(behind) {}

  void fail_append(append_fault f) { append_fault_ = f; }
  void fail_create(errc code) { create_fault_ = code; }
  void fail_truncate() { truncate_fails_ = true; }

  /// The next sync of a file whose name ends with `suffix` fails, with or without its bytes having reached the disk.
  void fail_sync(std::string suffix) { sync_fault_ = std::move(suffix); }

  /// The process dies at the nth changing operation from now on: an append does half of its work, any other nothing,
  /// and so does all that comes after it.
  void crash_at(std::uint64_t nth) { crash_in_ = nth; }
  bool crashed() const { return crash_in_ == std::uint64_t{0}; }

  void heal();

  std::uint64_t operations() const { return operations_; }
  const std::map<std::string, int>& syncs() const { return syncs_; }    ///< by file name, failed ones included
  const std::vector<std::string>& journal() const { return journal_; }  ///< "sync events_buffer.000001.tsv" …

  std::unique_ptr<file> create(const std::filesystem::path& path) override;
  std::unique_ptr<file> open(const std::filesystem::path& path) override;
  bool exists(const std::filesystem::path& path) const override { return behind_.exists(path); }
  std::vector<std::string> list(const std::filesystem::path& directory) const override {
    return behind_.list(directory);
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override;
  void sync_directory(const std::filesystem::path& directory) override;

 private:
  class faulty_file;

  /// Notes an operation. Returns true where the process dies in it; throws if it is dead already.
  bool dies_in(const char* what, const std::filesystem::path& path);
  void step(const char* what, const std::filesystem::path& path);

  file_system& behind_;
  std::optional<append_fault> append_fault_;
  std::optional<errc> create_fault_;
  std::optional<std::string> sync_fault_;
  bool truncate_fails_ = false;
  std::optional<std::uint64_t> crash_in_;
  std::uint64_t operations_ = 0;
  std::map<std::string, int> syncs_;
  std::vector<std::string> journal_;
};

}  // namespace ingest::testing
