#include "streams/text_input.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "ingest/error.hpp"
#include "streams/decompression.hpp"
#include "streams/utf16_input.hpp"

namespace ingest::detail {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t enough_to_tell = 6;

enum class form { text, gzip, zstd, utf16_little, utf16_big };

/// What is recognized only to be refused.
struct foreign_form {
  std::string_view begin;
  std::size_t at;
  const char* name;
  const char* advice;
};

constexpr const char* decompress = "decompress it first (gzip and zstd are read as they are)";
constexpr const char* unpack = "unpack it first, and name a file that was in it";
constexpr const char* export_it = "export the records as CSV or lines of JSON first";

constexpr std::array foreign_forms{
    foreign_form{"\xFD"
                 "7zXZ"sv,
                 0, "compressed with xz", decompress},
    foreign_form{"1AY&SY"sv, 4, "compressed with bzip2", decompress},
    foreign_form{"\x04\x22\x4D\x18"sv, 0, "compressed with lz4", decompress},
    foreign_form{"\x1F\x9D"sv, 0, "compressed with compress", decompress},
    foreign_form{"PK\x03\x04"sv, 0, "a zip archive or a spreadsheet", unpack},
    foreign_form{"7z\xBC\xAF"sv, 0, "a 7-Zip archive", unpack},
    foreign_form{"\0ustar"sv, 256, "a tar archive", unpack},
    foreign_form{"PAR1\x15"sv, 0, "a Parquet file", export_it},
    foreign_form{"Obj\x01"sv, 0, "an Avro file", export_it},
    foreign_form{"SQLite format 3\0"sv, 0, "an SQLite database", export_it},
    foreign_form{"\xD0\xCF\x11\xE0"sv, 0, "an old spreadsheet", export_it},
    foreign_form{"\xFF\xFE\x00\x00"sv, 0, "UTF-32", "convert it to UTF-8, as with \"iconv -f UTF-32 -t UTF-8\""},
    foreign_form{"\x00\x00\xFE\xFF"sv, 0, "UTF-32", "convert it to UTF-8, as with \"iconv -f UTF-32 -t UTF-8\""},
};

void refuse_foreign(std::string_view begin, const std::string& name) {
  for (const foreign_form& f : foreign_forms) {
    if (begin.size() >= f.at && begin.substr(f.at).starts_with(f.begin)) {
      throw error(errc::bad_data, name + " is, by its first bytes, " + f.name + ": " + f.advice);
    }
  }
}

form form_of(std::string_view begin) {
  if (begin.starts_with("\x1F\x8B")) {
    return form::gzip;
  }
  // A skippable frame may come first (RFC 8878, 3.1.2), as parallel compressors write it.
  const bool skippable = begin.size() >= 4 && (begin[0] & 0xF0) == 0x50 && begin.substr(1, 3) == "\x2A\x4D\x18";
  if (begin.starts_with("\x28\xB5\x2F\xFD") || skippable) {
    return form::zstd;
  }
  // The first character of records is an ASCII one, so a NUL tells which of the two bytes comes first.
  if (begin.starts_with("\xFF\xFE") || (begin.size() >= 2 && begin[0] != '\0' && begin[1] == '\0')) {
    return form::utf16_little;
  }
  if (begin.starts_with("\xFE\xFF") || (begin.size() >= 2 && begin[0] == '\0' && begin[1] != '\0')) {
    return form::utf16_big;
  }
  return form::text;
}

struct recognized {
  std::unique_ptr<byte_input> text;
  bool as_it_is;
};

recognized recognize(std::unique_ptr<byte_input> from, const std::string& name, bool was_compressed = false) {
  auto bytes = std::make_unique<peeked_input>(std::move(from));
  const std::string_view begin = bytes->look_ahead(enough_to_tell);
  refuse_foreign(begin, name);
  const form found = form_of(begin);
  if (found == form::utf16_little || found == form::utf16_big) {
    return {decode_utf16(std::move(bytes), found == form::utf16_big, name), false};
  }
  if (found == form::text) {
    return {std::move(bytes), true};
  }
  if (was_compressed) {
    throw error(errc::bad_data, name + " is compressed twice: decompress it once first");
  }
  auto text = found == form::gzip ? decompress_gzip(std::move(bytes), name) : decompress_zstd(std::move(bytes), name);
  return {recognize(std::move(text), name, true).text, false};
}

}  // namespace

std::unique_ptr<byte_input> text_of(std::unique_ptr<byte_input> from, const std::string& name) {
  return recognize(std::move(from), name).text;
}

std::unique_ptr<byte_input> open_text(const std::string& path, std::uint64_t offset, const std::stop_token& stop) {
  recognized found = recognize(open_file(path, 0, stop), path);
  if (offset == 0) {
    return std::move(found.text);
  }
  if (found.as_it_is) {
    return open_file(path, offset, stop);
  }
  skip(*found.text, offset, path);
  return std::move(found.text);
}

}  // namespace ingest::detail
