#include "ingest/sources/memory_source.hpp"

#include "ingest/error.hpp"
#include "streams/byte_input.hpp"

namespace ingest {

memory_source::memory_source(std::vector<std::string> records) {
  records_.reserve(records.size());
  for (std::string& r : records) {
    records_.push_back(std::make_shared<const std::string>(std::move(r)));
  }
}

void memory_source::open(const std::optional<std::string>& position, std::stop_token) {
  const auto next = detail::offset_of(position, "records in memory");
  if (next > records_.size()) {
    throw error(errc::bad_data, "there are " + std::to_string(records_.size()) + " records in memory, fewer than " +
                                    std::to_string(next) + ", which were read before");
  }
  next_ = next;
}

std::optional<batch> memory_source::read() {
  if (next_ == records_.size()) {
    return std::nullopt;
  }
  batch b;
  b.data = records_[next_++];
  b.records = 1;
  b.position = std::to_string(next_);
  return b;
}

}  // namespace ingest
