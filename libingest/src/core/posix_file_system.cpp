#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/descriptor.hpp"
#include "ingest/file_system.hpp"

namespace ingest {

namespace {

using detail::descriptor;
using std::filesystem::path;

/// Two for a new segment, two for the state and the rejected rows.
constexpr ::fsfilcnt_t fewest_free_inodes = 4;

[[noreturn]] void fail(const char* what, const path& where, int number) {
  const errc code = number == ENOSPC || number == EDQUOT ? errc::no_space : number == ELOOP ? errc::config : errc::io;
  std::string message = std::string("cannot ") + what + " " + where.string() + ": ";
  message += number == ELOOP ? "it is a symbolic link; put a regular file in its place"
                             : std::generic_category().message(number);
  throw error(code, message);
}

/// Calls `f` until no signal interrupts it.
template <class Function>
auto uninterrupted(Function f) {
  auto result = f();
  while (result < 0 && errno == EINTR) {
    result = f();
  }
  return result;
}

class posix_file final : public file {
 public:
  posix_file(int fd, path p) : descriptor_(fd), path_(std::move(p)) {}

  void append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ::ssize_t written = uninterrupted([&] { return ::write(fd(), bytes.data(), bytes.size()); });
      if (written < 0) {
        fail("write to", path_, errno);
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void read(std::uint64_t offset, std::size_t size, char* to) const override {
    while (size > 0) {
      const ::ssize_t n = uninterrupted([&] { return ::pread(fd(), to, size, static_cast<::off_t>(offset)); });
      if (n < 0) {
        fail("read", path_, errno);
      }
      if (n == 0) {
        throw error(errc::bad_data, path_.string() + " ends at offset " + std::to_string(offset) + ", " +
                                        std::to_string(size) + " bytes too early");
      }
      to += n;
      offset += static_cast<std::uint64_t>(n);
      size -= static_cast<std::size_t>(n);
    }
  }

  std::uint64_t size() const override { return static_cast<std::uint64_t>(status().st_size); }

  void truncate(std::uint64_t size) override {
    if (uninterrupted([&] { return ::ftruncate(fd(), static_cast<::off_t>(size)); }) != 0) {
      fail("truncate", path_, errno);
    }
  }

  void sync() override {
    // Not repeated on EINTR: after any failure the kernel may have dropped the pages, and a second call would lie.
    if (::fdatasync(fd()) != 0) {
      fail("sync", path_, errno);
    }
  }

  struct ::stat status() const {
    struct ::stat s {};
    if (::fstat(fd(), &s) != 0) {
      fail("examine", path_, errno);
    }
    return s;
  }

  int fd() const { return descriptor_.fd(); }

 private:
  descriptor descriptor_;
  path path_;
};

class posix final : public file_system {
 public:
  std::unique_ptr<file> create(const path& p) override {
    const int fd = uninterrupted(
        [&] { return ::open(p.c_str(), O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600); });
    if (fd < 0) {
      const int number = errno;
      // O_EXCL reports a symbolic link as an existing file.
      std::error_code ignored;
      const bool link = number == EEXIST && std::filesystem::is_symlink(p, ignored);
      fail("create", p, link ? ELOOP : number);
    }
    auto created = std::make_unique<posix_file>(fd, p);
    // The umask may have taken the owner's own rights away.
    if (::fchmod(fd, 0600) != 0) {
      fail("set the mode of", p, errno);
    }
    return created;
  }

  std::unique_ptr<file> open(const path& p) override {
    // O_NONBLOCK: opening a FIFO that lies here by mistake must not hang.
    const int fd =
        uninterrupted([&] { return ::open(p.c_str(), O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK); });
    if (fd < 0) {
      fail("open", p, errno);
    }
    auto opened = std::make_unique<posix_file>(fd, p);
    if (!S_ISREG(opened->status().st_mode)) {
      throw error(errc::io, "cannot open " + p.string() + ": it is not a regular file");
    }
    return opened;
  }

  bool exists(const path& p) const override {
    struct ::stat s {};
    if (::lstat(p.c_str(), &s) == 0) {
      return true;
    }
    if (errno != ENOENT && errno != ENOTDIR) {
      fail("examine", p, errno);
    }
    return false;
  }

  std::vector<std::string> list(const path& directory) const override {
    std::vector<std::string> names;
    std::error_code ec;
    std::filesystem::directory_iterator entry(directory, ec);
    while (!ec && entry != std::filesystem::directory_iterator()) {
      names.push_back(entry->path().filename().string());
      entry.increment(ec);
    }
    if (ec) {
      fail("list", directory, ec.value());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  void rename(const path& from, const path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) {
      fail("replace", to, errno);
    }
  }

  void remove(const path& p) override {
    if (::unlink(p.c_str()) != 0 && errno != ENOENT) {
      fail("remove", p, errno);
    }
  }

  void require_room(const path& directory, std::uint64_t bytes) const override {
    struct ::statvfs s {};
    if (uninterrupted([&] { return ::statvfs(directory.c_str(), &s); }) != 0) {
      fail("examine", directory, errno);
    }
    // Some file systems make inodes as they are needed, and say 0.
    const bool files_fit = s.f_files == 0 || s.f_favail >= fewest_free_inodes;
    if (!files_fit || s.f_bavail * s.f_frsize < bytes) {
      fail("fill the disk any further below", directory, ENOSPC);
    }
  }

  /// A link is followed: what was put behind it is to be there, and this changes nothing.
  void sync_directory(const path& directory) override {
    const descriptor d(uninterrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (d.fd() < 0) {
      fail("open", directory, errno);
    }
    if (::fsync(d.fd()) != 0) {
      fail("sync", directory, errno);
    }
  }
};

}  // namespace

file_system& posix_file_system() {
  static posix instance;
  return instance;
}

}  // namespace ingest
