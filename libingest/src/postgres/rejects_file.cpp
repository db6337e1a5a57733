#include "postgres/rejects_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "json/json_text.hpp"
#include "log/event_names.hpp"
#include "records/record_line.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t piece = 1 << 20;  // what is held in memory of lines, however many there are

[[noreturn]] void fail(const std::string& doing, const std::filesystem::path& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  const bool misplaced = number == ELOOP || number == ENOENT || number == EISDIR || number == ENOTDIR;
  throw error(full        ? errc::no_space
              : misplaced ? errc::config
                          : errc::io,
              "cannot " + doing + " " + path.string() + ": " + std::strerror(number));
}

bool differs_only(const rejected_row* r) {
  return r->why == rejected_row::reason::differs;
}

/// The end of the file; a line that a crash has left half-written is ended first, so that the next stays readable.
off_t end_of_lines(int fd, const std::filesystem::path& path) {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  char last = '\n';
  if (size < 0 || (size > 0 && ::pread(fd, &last, 1, size - 1) != 1) || (last != '\n' && ::write(fd, "\n", 1) != 1)) {
    fail("append to", path, errno);
  }
  return last == '\n' ? size : size + 1;
}

void write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      fail("append to", path, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void sync_directory_of(const std::filesystem::path& path) {
  const auto directory = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const int number = errno;
  if (fd >= 0) {
    ::close(fd);
  }
  if (!synced) {
    fail("make durable the directory of", path, number);
  }
}

}  // namespace

rejects_file::rejects_file(std::filesystem::path path, std::string pipeline)
    : path_(std::move(path)), pipeline_(std::move(pipeline)) {}

rejects_file::~rejects_file() {
  close();
}

void rejects_file::close() {
  if (fd_ >= 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

void rejects_file::open() {
  if (path_.empty()) {
    throw error(errc::config, "the table refuses rows, but no file was set to put them aside in");
  }
  const int fd = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) {
    fail("open", path_, errno);
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    throw error(errc::config, path_.string() + " is no regular file: rejected rows cannot be put aside there");
  }
  fd_ = fd;
  sync_directory_of(path_);
}

/// False when the file was renamed or removed: what is written now belongs into a new one.
bool rejects_file::is_where_it_was() const {
  struct stat open_file {};
  struct stat at_path {};
  return ::fstat(fd_, &open_file) == 0 && ::lstat(path_.c_str(), &at_path) == 0 && open_file.st_dev == at_path.st_dev &&
         open_file.st_ino == at_path.st_ino;
}

bool rejects_file::was_deleted() const {
  struct stat status {};
  return ::fstat(fd_, &status) == 0 && status.st_nlink == 0;
}

void rejects_file::append(const std::vector<rejected_row>& rows) {
  const std::lock_guard lock(mutex_);
  if (failed_) {
    throw error(errc::io, path_.string() + " could not be made durable before");
  }
  const std::vector<const rejected_row*> kept = to_be_kept(rows);
  if (kept.empty()) {
    return;
  }
  do {
    if (fd_ >= 0 && !is_where_it_was()) {
      close();
    }
    if (fd_ < 0) {
      open();
    }
    write(kept);
    if (::fdatasync(fd_) != 0) {
      failed_ = true;
      fail("make durable", path_, errno);
    }
  } while (was_deleted());  // while we wrote; one that was renamed meanwhile has kept them
  differing_kept_ += static_cast<std::size_t>(std::count_if(kept.begin(), kept.end(), differs_only));
}

std::vector<const rejected_row*> rejects_file::to_be_kept(const std::vector<rejected_row>& rows) {
  std::vector<const rejected_row*> kept;
  std::size_t room = most_differing_kept - differing_kept_;
  for (const rejected_row& r : rows) {
    if (!differs_only(&r)) {
      kept.push_back(&r);
    } else if (room > 0) {
      --room;
      kept.push_back(&r);
    } else if (!std::exchange(told_of_the_rest_, true)) {
      log::warning(events::duplicates_differ,
                   "so many duplicates are not what the table has that the others are only counted: does the source "
                   "give its events other content whenever they are read?",
                   {{"kept", most_differing_kept}});
    }
  }
  return kept;
}

void rejects_file::write(const std::vector<const rejected_row*>& rows) {
  const off_t before = end_of_lines(fd_, path_);
  try {
    std::string lines;
    for (const rejected_row* r : rows) {
      lines += reject_line(pipeline_, *r);
      if (lines.size() >= piece) {
        write_all(fd_, lines, path_);
        lines.clear();
      }
    }
    write_all(fd_, lines, path_);
  } catch (...) {
    // If this fails too, a half-written line stays, which end_of_lines() deals with.
    [[maybe_unused]] const int ignored = ::ftruncate(fd_, before);
    throw;
  }
}

std::string reject_line(const std::string& pipeline, const rejected_row& r) {
  const record_line parsed = parse_record_line(r.text);
  std::string key;
  append_key_text(parsed.key, key);
  std::string bytes(parsed.record);
  if (parsed.reason) {
    bytes.clear();
    append_bytes(parsed.record, bytes);
  }
  const exact_json event = exactly(bytes);
  std::string line = "{\"pipeline\":" + json_string(pipeline);
  line += ",\"reason\":" + std::string(r.why == rejected_row::reason::refused ? "\"refused\"" : "\"differs\"");
  if (r.of != nullptr) {
    const slice_id& slice = r.of->slice;
    line += ",\"page\":" + std::to_string(r.of->id) + ",\"slice\":" + json_string(slice.name());
    line += slice.stream().empty() ? "" : ",\"stream\":" + json_string(slice.stream());
    line += ",\"row\":" + std::to_string(r.row);
  }
  line += ",\"sqlstate\":" + json_string(r.sqlstate) + ",\"message\":" + json_string(r.message);
  line += ",\"id\":" + (parsed.key.empty() ? "null" : json_string(key));
  line += ",\"encoding\":" + json_string(event.encoding) + ",\"event\":" + event.value + "}\n";
  return line;
}

}  // namespace ingest::detail
