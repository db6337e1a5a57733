#include "ingest/sources/fd_source.hpp"

#include <utility>

#include "core/payload_pool.hpp"
#include "ingest/error.hpp"
#include "streams/descriptor_io.hpp"

namespace ingest {

fd_source::fd_source(int fd, std::string name, std::size_t block_bytes)
    : fd_(fd), name_(std::move(name)), block_bytes_(block_bytes), payloads_(std::make_shared<payload_pool>()) {}

void fd_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  if (position) {
    throw error(errc::config, name_ + " cannot be read from a position: what was read before is gone");
  }
  stop_ = std::move(stop);
}

std::optional<batch> fd_source::read() {
  auto block = payloads_->take();
  block->resize(block_bytes_);
  block->resize(detail::read_some(fd_, block->data(), block_bytes_, name_, stop_));
  if (block->empty()) {
    return std::nullopt;
  }
  batch b;
  b.data = std::move(block);
  return b;
}

}  // namespace ingest
