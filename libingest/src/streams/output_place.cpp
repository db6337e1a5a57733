#include "streams/output_place.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "core/descriptor.hpp"
#include "ingest/error.hpp"
#include "ingest/stop.hpp"

namespace ingest::detail {

namespace {

namespace fs = std::filesystem;

constexpr ::mode_t permissions = 07777;

fs::path directory_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The descriptor that a path names, of whatever process.
bool names_descriptor(const fs::path& path, std::optional<int>& ours) {
  std::error_code ignored;
  const std::string directory = fs::canonical(directory_of(path), ignored).string();
  const std::string name = path.filename().string();
  if (!directory.starts_with("/proc/") || !directory.ends_with("/fd") || !is_number(name)) {
    return false;
  }
  if (directory == "/proc/" + std::to_string(::getpid()) + "/fd" && name.size() < 8) {
    ours = std::stoi(name);
  }
  return true;
}

[[noreturn]] void fail_at(const std::string& doing, const fs::path& path, int number) {
  const bool ours = number == EACCES || number == EPERM || number == ENXIO || number == ENODEV || number == EBADF;
  throw error(ours ? errc::config : errc::io, "cannot " + doing + " " + path.string() + ": " + std::strerror(number));
}

/// Whether the name is that of a temporary file for `name`.
bool is_temporary_of(const std::string& name, std::string_view candidate) {
  const std::string begin = "." + name + ".";
  constexpr std::string_view end = ".tmp";
  return candidate.size() > begin.size() + end.size() && candidate.starts_with(begin) && candidate.ends_with(end) &&
         is_number(candidate.substr(begin.size(), candidate.size() - begin.size() - end.size()));
}

void remove_if_abandoned(const fs::path& temporary) {
  const descriptor file(::open(temporary.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct ::stat status {};
  const bool ours =
      file.fd() >= 0 && ::fstat(file.fd(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid();
  // Who is writing it holds the lock. What cannot be locked or removed is in nobody's way, and the next run tries
  // again.
  if (ours && ::flock(file.fd(), LOCK_EX | LOCK_NB) == 0) {
    ::unlink(temporary.c_str());
  }
}

}  // namespace

output_place place_of(const fs::path& path) {
  constexpr int most_links = 40;  // as the kernel has it
  output_place place{path};
  for (int links = 0; links < most_links; ++links) {
    if (names_descriptor(place.path, place.descriptor)) {
      place.replaced = false;
      return place;
    }
    std::error_code problem;
    const fs::file_status status = fs::symlink_status(place.path, problem);
    if (!fs::is_symlink(status)) {
      // Whether there is a directory to put a file into, its creation will show.
      place.replaced = !fs::exists(status) || fs::is_regular_file(status) || fs::is_directory(status);
      return place;
    }
    const fs::path target = fs::read_symlink(place.path, problem);
    place.path = target.is_absolute() ? target : directory_of(place.path) / target;
  }
  throw error(errc::config, "cannot write to " + path.string() + ": its symbolic links lead round in a circle");
}

int open_in_place(const output_place& place, const std::optional<std::chrono::milliseconds>& patience,
                  const std::stop_token& stop) {
  if (place.descriptor) {
    // Opening the path would begin at the start of a file that the shell has opened for appending.
    const int fd = ::fcntl(*place.descriptor, F_DUPFD_CLOEXEC, 3);
    if (fd < 0) {
      fail_at("write to", place.path, errno);
    }
    return fd;
  }
  constexpr std::chrono::milliseconds pause(50);
  for (std::chrono::milliseconds waited(0);; waited += pause) {
    // O_NONBLOCK: to open a FIFO that nobody reads would block, deaf to a stop.
    const int fd = ::open(place.path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
      return fd;
    }
    std::error_code ignored;
    if (errno != ENXIO || !fs::is_fifo(place.path, ignored)) {
      fail_at("write to", place.path, errno);
    }
    if (patience && waited >= *patience) {
      throw error(errc::io, "cannot write to " + place.path.string() + ": nobody reads from it");
    }
    if (!wait_for(pause, stop)) {
      throw_if_stopped(stop);
    }
  }
}

void keep_mode(const fs::path& old, const fs::path& path) {
  struct ::stat was {};
  if (::lstat(old.c_str(), &was) != 0 || !S_ISREG(was.st_mode)) {
    return;
  }
  // Only root may give files away, and not every file system has modes: then the new file is ours, or private.
  const bool given = ::lchown(path.c_str(), was.st_uid, was.st_gid) == 0;
  [[maybe_unused]] const int kept = ::chmod(path.c_str(), was.st_mode & (given ? permissions : 0777));
}

void remove_abandoned(const fs::path& path) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_of(path), ignored)) {
    if (is_temporary_of(path.filename().string(), entry.path().filename().string())) {
      remove_if_abandoned(entry.path());
    }
  }
}

std::optional<int> hold(const fs::path& temporary) {
  descriptor file(::open(temporary.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.fd() < 0 && errno != ENOENT) {  // it is there, and trying again would not help
    throw error(errc::io, "cannot open " + temporary.string() + ": " + std::strerror(errno));
  }
  struct ::stat status {};
  if (file.fd() < 0 || (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
      ::fstat(file.fd(), &status) != 0 || status.st_nlink == 0) {
    return std::nullopt;
  }
  return file.release();
}

}  // namespace ingest::detail
