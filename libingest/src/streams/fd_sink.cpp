#include "ingest/sinks/fd_sink.hpp"

#include <utility>

#include "streams/descriptor_io.hpp"

namespace ingest {

fd_sink::fd_sink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

void fd_sink::open(std::stop_token stop) {
  stop_ = std::move(stop);
}

write_outcome fd_sink::write(const batch& records) {
  detail::write_all(fd_, records.bytes(), name_, stop_);
  return {};
}

}  // namespace ingest
