#include "ingest/sources/ndjson_source.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"
#include "streams/byte_input.hpp"
#include "streams/lines.hpp"

namespace ingest {

ndjson_source::ndjson_source(std::filesystem::path path, ndjson_options options)
    : path_(std::move(path)), options_(options) {}

ndjson_source::~ndjson_source() = default;

void ndjson_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  offset_ = detail::offset_of(position, path_.string());
  begun_.clear();
  input_ = detail::open_decompressed(path_.string(), offset_, stop);
}

std::optional<batch> ndjson_source::read() {
  // What the block held before is overwritten, not cleared, so that nothing is filled with zeros over and over.
  auto block = payloads_.take();
  block->resize(std::max(options_.batch_bytes, begun_.size()));
  std::size_t filled = begun_.copy(block->data(), begun_.size());
  bool ended = false;
  std::size_t whole = 0;
  while (whole == 0 && !ended) {
    const std::size_t got = extend(*block, filled);
    filled += got;
    ended = got == 0;
    whole = ended ? filled : detail::whole_lines({block->data(), filled});
  }
  if (filled == 0) {
    return std::nullopt;
  }
  begun_.assign(*block, whole, filled - whole);
  block->resize(whole);
  offset_ += whole;
  if (block->back() != '\n') {
    block->push_back('\n');
  }
  batch b;
  b.records = detail::remove_blank_lines(*block);
  b.data = std::move(block);
  b.position = std::to_string(offset_);
  b.last = ended;
  return b;
}

/// Reads on behind the `filled` bytes of `block`, which grows where there is no room. Returns how many bytes came.
std::size_t ndjson_source::extend(std::string& block, std::size_t filled) {
  if (filled > options_.max_line_bytes) {
    throw error(errc::bad_data, path_.string() + " has a line of more than " + std::to_string(options_.max_line_bytes) +
                                    " bytes at offset " + std::to_string(offset_) + ": is it newline-delimited JSON?");
  }
  if (filled == block.size()) {
    block.resize(2 * filled);
  }
  return input_->read(block.data() + filled, block.size() - filled);
}

void ndjson_source::close() noexcept {
  input_.reset();
}

}  // namespace ingest
