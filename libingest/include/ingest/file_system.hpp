#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/error.hpp"

namespace ingest {

/// A file open for appending or reading. Closing is silent: what must be durable was synced before.
class file {
 public:
  virtual ~file() = default;

  /// Appends all of `bytes` or throws; what a failed append has left behind is undefined, truncate() it away.
  virtual void append(std::string_view bytes) = 0;

  /// Reads exactly `size` bytes at `offset` into `to`; throws errc::bad_data when the file ends before.
  virtual void read(std::uint64_t offset, std::size_t size, char* to) const = 0;

  virtual std::uint64_t size() const = 0;
  virtual void truncate(std::uint64_t size) = 0;

  /// Makes contents and size durable (fdatasync). After a failure the file must not be synced again: the kernel has
  /// dropped the pages, and a second call would report a success that never was.
  virtual void sync() = 0;
};

/// The operations of a file system that the buffer and the state need, so that a simulation can stand in for it.
/// Errors are thrown as `error`: no_space for ENOSPC and EDQUOT, config for a symbolic link where a file is expected,
/// io for all else; the message names the path.
class file_system {
 public:
  virtual ~file_system() = default;

  /// Creates a file that must not exist (O_EXCL, O_NOFOLLOW, O_CLOEXEC, mode 0600).
  virtual std::unique_ptr<file> create(const std::filesystem::path& path) = 0;

  /// Opens an existing regular file for reading and truncating; never follows a symbolic link.
  virtual std::unique_ptr<file> open(const std::filesystem::path& path) = 0;

  virtual bool exists(const std::filesystem::path& path) const = 0;

  /// The names in a directory, sorted, without "." and "..".
  virtual std::vector<std::string> list(const std::filesystem::path& directory) const = 0;

  /// Replaces `to` with `from`, in one step.
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;

  /// Removes a file. No error if it is gone already.
  virtual void remove(const std::filesystem::path& path) = 0;

  /// Throws errc::no_space unless `bytes` more and a few files would fit where `directory` is. What others take
  /// meanwhile, and quotas, it does not know. Simulations need not have limits.
  virtual void require_room(const std::filesystem::path& /*directory*/, std::uint64_t /*bytes*/) const {}

  /// Makes the directory's entries durable: creations, renames and removals in it.
  virtual void sync_directory(const std::filesystem::path& directory) = 0;
};

/// The real one. Lives as long as the process.
file_system& posix_file_system();

}  // namespace ingest
