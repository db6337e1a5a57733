#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <vector>

#include "buffer/data_dir.hpp"
#include "core/descriptor.hpp"
#include "doctor/examination.hpp"
#include "ingest/error.hpp"

namespace ingest::app {

namespace {

using enum finding::grade;

struct file_system_kind {
  std::uint32_t magic;
  std::string_view name;
  std::string_view doubt;  ///< empty: none
};

constexpr std::string_view in_memory =
    "lies in memory: what is in the buffer, and nowhere else yet, is gone when the machine goes down";
constexpr std::string_view on_network =
    "lies on a network file system: its locks have to hold between machines, and its fsync has to reach the server's "
    "disk";

// CIFS and SMB 2 have no names in linux/magic.h of every release.
constexpr std::array kinds = {
    file_system_kind{TMPFS_MAGIC, "tmpfs", in_memory},
    file_system_kind{RAMFS_MAGIC, "ramfs", in_memory},
    file_system_kind{NFS_SUPER_MAGIC, "NFS", on_network},
    file_system_kind{0xFF534D42, "CIFS", on_network},
    file_system_kind{0xFE534D42, "SMB", on_network},
    file_system_kind{CEPH_SUPER_MAGIC, "Ceph", on_network},
    file_system_kind{FUSE_SUPER_MAGIC, "FUSE",
                     "is a program's file system: whether its fsync reaches a disk is known to that program only"},
    file_system_kind{OVERLAYFS_SUPER_MAGIC, "overlayfs",
                     "lies in a container's own layer: it is gone with the container; mount a volume there"},
    file_system_kind{EXT4_SUPER_MAGIC, "ext4", ""},
    file_system_kind{XFS_SUPER_MAGIC, "XFS", ""},
    file_system_kind{BTRFS_SUPER_MAGIC, "Btrfs", ""},
};

/// The directory, or where it would be made.
std::filesystem::path nearest_existing(std::filesystem::path path) {
  path = std::filesystem::absolute(path);
  while (!std::filesystem::exists(path) && path.has_parent_path() && path != path.parent_path()) {
    path = path.parent_path();
  }
  return path;
}

finding of_kind(const std::filesystem::path& at) {
  struct statfs status {};
  if (::statfs(at.c_str(), &status) != 0) {
    return {bad, "cannot look at " + at.string() + ": " + std::strerror(errno)};
  }
  const auto known = std::find_if(kinds.begin(), kinds.end(), [&](const file_system_kind& k) {
    return k.magic == static_cast<std::uint32_t>(status.f_type);
  });
  if (known == kinds.end()) {
    return {good, at.string() + " is on a file system that is not known here"};
  }
  return known->doubt.empty()
             ? finding{good, at.string() + " is on " + std::string(known->name)}
             : finding{doubtful, at.string() + " (" + std::string(known->name) + ") " + std::string(known->doubt)};
}

finding of_space(const settings& s, const std::filesystem::path& at) {
  const auto free = std::filesystem::space(at).available;
  const std::string text = std::to_string(free >> 20) + " MiB free";
  return free < s.buffer_quota_bytes
             ? finding{doubtful, text + ", and BUFFER_QUOTA_BYTES is " + std::to_string(s.buffer_quota_bytes >> 20) +
                                     " MiB: where the database is away, fetching pauses when the disk is full, and so "
                                     "does whatever else writes to it"}
             : finding{good, text};
}

bool write_and_sync(const detail::descriptor& file) {
  constexpr std::array<char, 4096> block = {};
  return ::write(file.fd(), block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
         ::fdatasync(file.fd()) == 0;
}

/// No disk, and no controller with a battery, takes a block and tells of it within microseconds.
finding of_syncs(const std::filesystem::path& at) {
  constexpr int times = 21;
  constexpr auto suspicious = std::chrono::microseconds(15);
  // Without a name, so that nothing is left of it.
  const detail::descriptor file(::open(at.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (file.fd() < 0) {
    return {good, "how long a sync takes is not to be known here: " + std::string(std::strerror(errno))};
  }
  std::vector<std::chrono::steady_clock::duration> took;
  for (int i = 0; i < times; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    if (!write_and_sync(file)) {
      return {bad, "a sync fails: " + std::string(std::strerror(errno))};
    }
    took.push_back(std::chrono::steady_clock::now() - begun);
  }
  std::nth_element(took.begin(), took.begin() + times / 2, took.end());
  const auto median = std::chrono::duration_cast<std::chrono::microseconds>(took[times / 2]);
  const std::string text = "a sync of one block takes " + std::to_string(median.count()) + " µs";
  return median < suspicious
             ? finding{doubtful, text +
                                     ": faster than any disk; something takes syncs and does nothing (a library, a "
                                     "mount option, a file system in memory), and a power failure loses what was "
                                     "called durable"}
             : finding{good, text};
}

finding of_rights(const std::filesystem::path& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    return {good, directory.string() + " is not there yet: it is made, for its owner only, when a run begins"};
  }
  if (status.st_uid != ::geteuid()) {
    return {doubtful, directory.string() + " belongs to another user (" + std::to_string(status.st_uid) +
                          ") than the one that asks (" + std::to_string(::geteuid()) +
                          "): ask as the one that runs the pipelines"};
  }
  const mode_t others = status.st_mode & 077u;
  return others != 0
             ? finding{doubtful, directory.string() + " is open to others: events lie in it as they came (chmod 700)"}
             : finding{good, directory.string() + " is its owner's only" +
                                 (data_dir::is_locked(directory) ? "; a run is going on in it" : "")};
}

}  // namespace

std::vector<finding> examine_disk(const settings& s) {
  const std::filesystem::path at = nearest_existing(s.data_dir);
  return {of_rights(s.data_dir), of_kind(at), of_space(s, at), of_syncs(at)};
}

}  // namespace ingest::app
