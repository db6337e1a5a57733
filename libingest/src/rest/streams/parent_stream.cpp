#include "rest/streams/parent_stream.hpp"

namespace ingest::rest {

parent_stream::parent_stream(std::shared_ptr<const stream_reading> reading, std::shared_ptr<const cursor> cursor,
                             std::function<std::unique_ptr<stream_slices>()> slices)
    : reading_(std::move(reading)), cursor_(std::move(cursor)), make_slices_(std::move(slices)) {}

void parent_stream::begin() {
  slices_ = make_slices_();
  retriever_.reset();
}

std::optional<parent_page> parent_stream::next(const std::stop_token& stop) {
  while (retriever_ || next_slice(stop)) {
    const auto page = retriever_->read(stop);
    if (!page) {
      retriever_.reset();
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
  auto watch = cursor_ ? cursor_->watch(planned->watermark) : nullptr;
  retriever_.emplace(reading_, std::move(planned->slice), std::move(watch));
  retriever_->open(std::nullopt);
  return true;
}

}  // namespace ingest::rest
