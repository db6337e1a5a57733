#include "rest/streams/parent_stream.hpp"

namespace ingest::rest {

parent_stream::parent_stream(std::function<std::unique_ptr<stream_slices>()> slices, reader_factory read)
    : make_slices_(std::move(slices)), make_reader_(std::move(read)) {}

void parent_stream::begin() {
  slices_ = make_slices_();
  reader_.reset();
}

std::optional<parent_page> parent_stream::next(const std::stop_token& stop) {
  while (reader_ || next_slice(stop)) {
    const auto page = reader_->read(stop);
    if (!page) {
      reader_.reset();
      continue;
    }
    parent_page found{partition_, {}};
    found.records.reserve(page->records.size());
    for (std::size_t i = 0; i < page->records.size(); ++i) {
      found.records.push_back(value::from_json(page->records[i]));
    }
    return found;
  }
  return std::nullopt;
}

bool parent_stream::next_slice(const std::stop_token& stop) {
  auto planned = slices_->next(stop);
  if (!planned) {
    return false;
  }
  partition_ = planned->slice.part.values;
  reader_ = make_reader_(*planned);
  reader_->open(std::nullopt);
  return true;
}

}  // namespace ingest::rest
