#include "ingest/sources/istream_source.hpp"

#include <utility>

#include "core/payload_pool.hpp"
#include "ingest/error.hpp"
#include "ingest/stop.hpp"

namespace ingest {

istream_source::istream_source(std::istream& from, std::size_t block_bytes)
    : from_(from), block_bytes_(block_bytes), payloads_(std::make_shared<payload_pool>()) {}

void istream_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  if (position) {
    throw error(errc::config, "a std::istream cannot be read from a position; open a file_source there instead");
  }
  stop_ = std::move(stop);
}

std::optional<batch> istream_source::read() {
  throw_if_stopped(stop_);
  auto block = payloads_->take();
  block->resize(block_bytes_);
  from_.read(block->data(), static_cast<std::streamsize>(block_bytes_));
  block->resize(static_cast<std::size_t>(from_.gcount()));
  if (from_.bad()) {
    throw error(errc::io, "reading from a std::istream failed: its badbit is set");
  }
  if (block->empty()) {
    return std::nullopt;
  }
  batch b;
  b.data = std::move(block);
  return b;
}

}  // namespace ingest
