#include "streams/byte_input.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/descriptor.hpp"
#include "ingest/error.hpp"
#include "streams/descriptor_io.hpp"

namespace ingest::detail {

namespace {

[[noreturn]] void fail_to_seek(const std::string& path, std::uint64_t offset) {
  throw error(errc::bad_data, path + " cannot be read from byte " + std::to_string(offset) +
                                  " on, up to where it was read before: it is another file now, or was cut");
}

class descriptor_input final : public byte_input {
 public:
  descriptor_input(int fd, std::string name, std::stop_token stop)
      : fd_(fd), name_(std::move(name)), stop_(std::move(stop)), read_(is_regular_file(fd) ? read_file : read_some) {}

  std::size_t read(char* to, std::size_t size) override { return read_(fd_, to, size, name_, stop_); }

 private:
  int fd_;
  std::string name_;
  std::stop_token stop_;
  decltype(&read_some) read_;
};

/// A file as it is.
class file_input final : public byte_input {
 public:
  file_input(const std::string& path, std::uint64_t offset, std::stop_token stop)
      : file_(open_for_reading(path)), bytes_(file_.fd(), path, std::move(stop)) {
    struct stat status {};
    const auto where = static_cast<::off_t>(offset);
    if (offset > 0 && (::fstat(file_.fd(), &status) != 0 || status.st_size < where ||
                       ::lseek(file_.fd(), where, SEEK_SET) != where)) {
      fail_to_seek(path, offset);
    }
  }

  std::size_t read(char* to, std::size_t size) override { return bytes_.read(to, size); }

 private:
  descriptor file_;
  descriptor_input bytes_;
};

}  // namespace

std::size_t peeked_input::read(char* to, std::size_t size) {
  if (ahead_.empty()) {
    return from_->read(to, size);
  }
  const std::size_t n = ahead_.copy(to, size);
  ahead_.erase(0, n);
  return n;
}

std::string_view peeked_input::look_ahead(std::size_t wanted) {
  char bytes[512];
  while (ahead_.size() < wanted) {
    const std::size_t n = from_->read(bytes, sizeof bytes);
    if (n == 0) {
      break;
    }
    ahead_.append(bytes, n);
  }
  return ahead_;
}

std::unique_ptr<byte_input> open_file(const std::string& path, std::uint64_t offset, const std::stop_token& stop) {
  return std::make_unique<file_input>(path, offset, stop);
}

std::unique_ptr<byte_input> open_descriptor(int fd, std::string name, std::stop_token stop) {
  return std::make_unique<descriptor_input>(fd, std::move(name), std::move(stop));
}

void skip(byte_input& bytes, std::uint64_t count, const std::string& path) {
  std::string thrown_away(64 << 10, '\0');
  for (std::uint64_t left = count; left > 0;) {
    const std::size_t n = bytes.read(thrown_away.data(), std::min<std::uint64_t>(left, thrown_away.size()));
    if (n == 0) {
      fail_to_seek(path, count);
    }
    left -= n;
  }
}

std::uint64_t offset_of(const std::optional<std::string>& position, const std::string& name) {
  std::uint64_t offset = 0;
  if (position) {
    const char* end = position->data() + position->size();
    const auto [stopped_at, problem] = std::from_chars(position->data(), end, offset);
    if (problem != std::errc() || stopped_at != end) {
      throw error(errc::config, "\"" + *position + "\" is no position in " + name + ": that would be a number");
    }
  }
  return offset;
}

}  // namespace ingest::detail
