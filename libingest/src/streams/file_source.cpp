#include "ingest/sources/file_source.hpp"

#include <utility>

#include "core/payload_pool.hpp"
#include "streams/byte_input.hpp"

namespace ingest {

file_source::file_source(std::filesystem::path path, std::size_t block_bytes)
    : path_(std::move(path)), block_bytes_(block_bytes), payloads_(std::make_shared<payload_pool>()) {}

file_source::~file_source() = default;

void file_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  offset_ = detail::offset_of(position, path_.string());
  file_ = detail::open_file(path_.string(), offset_, stop);
}

std::optional<batch> file_source::read() {
  auto block = payloads_->take();
  block->resize(block_bytes_);
  block->resize(file_->read(block->data(), block_bytes_));
  if (block->empty()) {
    return std::nullopt;
  }
  offset_ += block->size();
  batch b;
  b.data = std::move(block);
  b.position = std::to_string(offset_);
  return b;
}

void file_source::close() noexcept {
  file_.reset();
}

}  // namespace ingest
