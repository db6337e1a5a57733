#include "buffer/data_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "core/descriptor.hpp"
#include "ingest/file_system.hpp"

namespace ingest {

namespace {

using detail::descriptor;
using std::filesystem::path;

constexpr const char* lock_name = "ingest.lock";
constexpr const char* read_only = "it is on a read-only file system; mount that writable, or choose another";

[[noreturn]] void refuse(const path& directory, const std::string& why) {
  throw error(errc::config, "the data directory " + directory.string() + " cannot be used: " + why);
}

[[noreturn]] void refuse(const path& directory, int number) {
  if (number == ENOSPC || number == EDQUOT) {
    throw error(errc::no_space, "the data directory " + directory.string() + " cannot be set up: the disk is full");
  }
  refuse(directory, number == EROFS ? read_only : std::generic_category().message(number));
}

/// The path as it can be checked: a trailing slash would make the kernel follow a symbolic link.
path checked(path p) {
  if (std::find(p.begin(), p.end(), "..") != p.end()) {
    refuse(p, "its path has a \"..\"; write down where it really is");
  }
  if (!p.has_filename()) {
    p = p.parent_path();
  }
  if (p.empty()) {
    throw error(errc::config, "the data directory is not set");
  }
  return p;
}

path parent_of(const path& p) {
  return p.has_parent_path() ? p.parent_path() : path(".");
}

/// Makes the name of a directory durable that a process may have created and not lived to sync.
void sync_name(const path& p) {
  try {
    posix_file_system().sync_directory(parent_of(p));
  } catch (const error&) {
    // The directory above need not be ours to read; then it was not us who created this one.
  }
}

/// Creates `p` and what is missing above it, 0700, and makes each one's name durable: what is synced in a directory
/// that vanishes in a power failure was not durable.
void create(const path& p) {
  if (::mkdir(p.c_str(), 0700) != 0) {
    if (errno == EEXIST) {
      sync_name(p);
      return;
    }
    const path parent = p.parent_path();
    if (errno != ENOENT || parent.empty() || parent == p) {
      refuse(p, errno);
    }
    create(parent);
    if (::mkdir(p.c_str(), 0700) != 0 && errno != EEXIST) {
      refuse(p, errno);
    }
  }
  // The umask may have taken the owner's own rights away.
  if (::chmod(p.c_str(), 0700) != 0) {
    refuse(p, errno);
  }
  posix_file_system().sync_directory(parent_of(p));
}

/// Opens the directory itself, so that what was checked is what the lock is created in.
int open_directory(const path& p) {
  struct ::stat s {};
  if (::lstat(p.c_str(), &s) != 0) {
    refuse(p, errno);
  }
  if (S_ISLNK(s.st_mode)) {
    refuse(p, "it is a symbolic link; name the directory it points to");
  }
  if (!S_ISDIR(s.st_mode)) {
    refuse(p, "it is not a directory");
  }
  struct ::statvfs disk {};
  if (::statvfs(p.c_str(), &disk) == 0 && (disk.f_flag & ST_RDONLY) != 0) {
    refuse(p, read_only);  // no chmod would help
  }
  if ((s.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    refuse(p, "others than its owner may write to it; chmod go-w it, or choose another");
  }
  const int fd = ::open(p.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    refuse(p, errno);
  }
  return fd;
}

bool try_lock(int fd, int mode, const path& directory) {
  while (::flock(fd, mode | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return false;
    }
    if (errno != EINTR) {
      throw error(errc::io,
                  "cannot lock " + (directory / lock_name).string() + ": " + std::generic_category().message(errno));
    }
  }
  return true;
}

}  // namespace

data_dir::data_dir(std::filesystem::path p) : path_(checked(std::move(p))) {
  create(path_);
  const descriptor directory(open_directory(path_));
  descriptor lock(::openat(directory.fd(), lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (lock.fd() < 0 || ::fchmod(lock.fd(), 0600) != 0) {
    refuse(path_, errno == ELOOP ? std::string(lock_name) + " in it is a symbolic link; remove it"
                                 : std::generic_category().message(errno));
  }
  // flock, because fcntl's locks are lost as soon as any descriptor of the file is closed (fcntl(2)). Tried more than
  // once, because is_locked() holds the lock for a moment.
  for (int attempts = 5; !try_lock(lock.fd(), LOCK_EX, path_); --attempts) {
    if (attempts == 0) {
      throw error(errc::locked, "another process is using the data directory " + path_.string() +
                                    "; wait for it to end, or choose another directory");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  fd_ = lock.release();
}

data_dir::~data_dir() {
  ::close(fd_);
}

bool data_dir::is_locked(const std::filesystem::path& p) {
  const descriptor lock(::open((p / lock_name).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (lock.fd() < 0) {
    if (errno == ENOENT) {
      return false;
    }
    throw error(errc::io, "cannot open " + (p / lock_name).string() + ": " + std::generic_category().message(errno));
  }
  return !try_lock(lock.fd(), LOCK_SH, p);
}

}  // namespace ingest
