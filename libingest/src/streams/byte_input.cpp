#include "streams/byte_input.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "descriptor.hpp"
#include "ingest/error.hpp"
#include "streams/decompression.hpp"
#include "streams/descriptor_io.hpp"

namespace ingest::detail {

namespace {

[[noreturn]] void fail_to_seek(const std::string& path, std::uint64_t offset) {
  throw error(errc::bad_data, path + " cannot be read from byte " + std::to_string(offset) +
                                  " on, up to where it was read before: it is another file now, or was cut");
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

/// A file as it is. What was read ahead to look at is given out first.
class plain_input final : public byte_input {
 public:
  plain_input(const std::string& path, std::stop_token stop)
      : path_(path),
        stop_(std::move(stop)),
        file_(open_for_reading(path)),
        read_(is_regular_file(file_.fd()) ? read_file : read_some) {}

  std::size_t read(char* to, std::size_t size) override {
    if (!ahead_.empty()) {
      const std::size_t n = ahead_.copy(to, size);
      ahead_.erase(0, n);
      return n;
    }
    return read_(file_.fd(), to, size, path_, stop_);
  }

  std::string_view look_ahead(std::size_t wanted) {
    char bytes[16];
    while (ahead_.size() < wanted) {
      const std::size_t n = read_(file_.fd(), bytes, wanted - ahead_.size(), path_, stop_);
      if (n == 0) {
        break;
      }
      ahead_.append(bytes, n);
    }
    return ahead_;
  }

  void seek(std::uint64_t offset) {
    struct stat status {};
    const auto where = static_cast<::off_t>(offset);
    if (::fstat(file_.fd(), &status) != 0 || status.st_size < where || ::lseek(file_.fd(), where, SEEK_SET) != where) {
      fail_to_seek(path_, offset);
    }
    ahead_.clear();
  }

 private:
  std::string path_;
  std::stop_token stop_;
  descriptor file_;
  decltype(&read_some) read_;
  std::string ahead_;
};

}  // namespace

compression compression_of(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b")) {
    return compression::gzip;
  }
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) {
    return compression::zstd;
  }
  return compression::none;
}

std::unique_ptr<byte_input> open_file(const std::string& path, std::uint64_t offset, const std::stop_token& stop) {
  auto file = std::make_unique<plain_input>(path, stop);
  if (offset > 0) {
    file->seek(offset);
  }
  return file;
}

std::unique_ptr<byte_input> open_decompressed(const std::string& path, std::uint64_t offset,
                                              const std::stop_token& stop) {
  auto file = std::make_unique<plain_input>(path, stop);
  const compression c = compression_of(file->look_ahead(4));
  if (c == compression::none) {
    if (offset > 0) {
      file->seek(offset);
    }
    return file;
  }
  auto bytes = c == compression::gzip ? decompress_gzip(std::move(file), path) : decompress_zstd(std::move(file), path);
  skip(*bytes, offset, path);
  return bytes;
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
