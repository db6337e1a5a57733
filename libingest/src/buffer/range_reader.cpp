#include "buffer/range_reader.hpp"

#include "buffer/disk_buffer.hpp"
#include "core/crc32c.hpp"

namespace ingest {

range_reader::range_reader(file_system& files, std::filesystem::path directory)
    : files_(files), directory_(std::move(directory)) {}

range_reader::~range_reader() = default;

batch range_reader::read(const range& r) {
  const auto path = directory_ / segment_file_name(r.segment());
  const auto bytes = payloads_.take();
  if (bytes->capacity() < r.bytes()) {
    std::string().swap(*bytes);  // where it grew it would double
  }
  bytes->resize(r.bytes());
  // Opened for each range: a segment that is deleted while somebody has it open gives no space back.
  files_.open(path)->read(r.offset(), bytes->size(), bytes->data());
  for (const page& p : r.pages) {
    if (crc32c(std::string_view(*bytes).substr(p.offset - r.offset(), p.length)) != p.crc) {
      throw error(errc::bad_data, path.string() + ": the bytes of " + to_string(p) + " at offset " +
                                      std::to_string(p.offset) +
                                      " do not match their checksum; restore the file from a copy, or start the run "
                                      "anew with `start_over()`");
    }
  }
  batch result;
  result.data = bytes;
  result.records = r.rows();
  result.position = r.pages.back().position;
  result.last = r.pages.back().last;
  result.pages = r.pages;
  return result;
}

}  // namespace ingest
