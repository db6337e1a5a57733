// The system's tz database (RFC 8536): C++20's own reader of it is younger than the compilers that must do.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"

namespace ingest::rest::expressions {

namespace {

constexpr std::size_t header_size = 44;
constexpr std::size_t max_file = 1 << 20;

[[noreturn]] void refuse(const std::string& zone) {
  fail(fault::kind::other, "there is no time zone '" + zone.substr(0, 60) +
                               "' on this system (they are in /usr/share/zoneinfo, of the package tzdata)");
}

bool is_zone_name(const std::string& zone) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '+' || c == '/';
  };
  return !zone.empty() && zone.size() < 100 && zone.front() != '/' && std::all_of(zone.begin(), zone.end(), plain);
}

class zone_file {
 public:
  explicit zone_file(std::string bytes) : bytes_(std::move(bytes)) {}

  /// Nothing where the file is damaged.
  std::optional<std::chrono::seconds> offset_at(std::int64_t second) const {
    std::size_t begin = 0;
    if (!has_header(begin)) {
      return std::nullopt;
    }
    const bool long_times = bytes_[4] >= '2';
    if (long_times) {
      begin = header_size + body_size(0, 4);
      if (!has_header(begin)) {
        return std::nullopt;
      }
    }
    return offset_in(begin, long_times ? 8 : 4, second);
  }

 private:
  bool has_header(std::size_t at) const {
    return at + header_size <= bytes_.size() && bytes_.compare(at, 4, "TZif") == 0;
  }

  std::int64_t number(std::size_t at, std::size_t size) const {
    if (at + size > bytes_.size()) {
      return 0;
    }
    std::uint64_t read = static_cast<unsigned char>(bytes_[at]) >= 0x80 ? ~std::uint64_t{0} : 0;  // the sign
    for (std::size_t i = 0; i < size; ++i) {
      read = read << 8 | static_cast<unsigned char>(bytes_[at + i]);
    }
    return static_cast<std::int64_t>(read);
  }

  /// isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt
  std::size_t count(std::size_t header, std::size_t which) const {
    return static_cast<std::size_t>(std::clamp<std::int64_t>(number(header + 20 + which * 4, 4), 0, max_file));
  }

  std::size_t body_size(std::size_t header, std::size_t time_size) const {
    return count(header, 3) * (time_size + 1) + count(header, 4) * 6 + count(header, 5) +
           count(header, 2) * (time_size + 4) + count(header, 1) + count(header, 0);
  }

  std::optional<std::chrono::seconds> offset_in(std::size_t header, std::size_t time_size, std::int64_t second) const {
    const std::size_t times = count(header, 3);
    const std::size_t types = count(header, 4);
    const std::size_t first = header + header_size;
    if (types == 0 || first + body_size(header, time_size) > bytes_.size()) {
      return std::nullopt;
    }
    std::size_t passed = 0;
    while (passed < times && number(first + passed * time_size, time_size) <= second) {
      ++passed;
    }
    const std::size_t type_places = first + times * time_size;
    const std::size_t type = passed == 0 ? 0 : static_cast<unsigned char>(bytes_[type_places + passed - 1]);
    if (type >= types) {
      return std::nullopt;
    }
    return std::chrono::seconds(number(type_places + times + type * 6, 4));
  }

  std::string bytes_;
};

}  // namespace

std::chrono::seconds zone_offset(const std::string& zone, std::chrono::sys_seconds at) {
  if (!is_zone_name(zone)) {
    refuse(zone);
  }
  const std::filesystem::path path = "/usr/share/zoneinfo/" + zone;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored) || std::filesystem::file_size(path, ignored) > max_file) {
    refuse(zone);
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  const zone_file read(contents.str());
  const auto offset = read.offset_at(at.time_since_epoch().count());
  if (!offset) {
    refuse(zone);
  }
  return *offset;
}

}  // namespace ingest::rest::expressions
