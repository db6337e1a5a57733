#include "rest/streams/parent_stream.hpp"

namespace ingest::rest {

parent_stream::parent_stream(std::function<std::unique_ptr<stream_slices>()> slices, reader_factory read,
                             end_listener ended, parent_keeping kept)
    : make_slices_(std::move(slices)),
      make_reader_(std::move(read)),
      ended_(std::move(ended)),
      kept_(std::move(kept)) {}

void parent_stream::begin() {
  keeping_.reset();
  reader_.reset();
  reading_kept_ = kept_ ? kept_.spool->read() : nullptr;
  if (reading_kept_) {
    return reading_kept_->begin();
  }
  keeping_ = kept_ ? kept_.spool->write() : nullptr;
  slices_ = make_slices_();
  has_records_ = false;
}

std::optional<parent_page> parent_stream::next(const std::stop_token& stop) {
  if (reading_kept_) {
    return reading_kept_->next(stop);
  }
  while (reader_ || next_slice(stop)) {
    const auto page = reader_->read(stop);
    if (!page) {
      reader_.reset();
      continue;
    }
    if (keeping_) {
      keeping_->add(partition_, page->records);
    }
    has_records_ = has_records_ || !page->records.empty();
    parent_page found{partition_, {}};
    found.records.reserve(page->records.size());
    for (std::size_t i = 0; i < page->records.size(); ++i) {
      found.records.push_back(value::from_json(page->records[i]));
    }
    return found;
  }
  if (ended_) {
    ended_(has_records_, *slices_, stop);
  }
  if (keeping_ && !slices_->asked_nobody() && kept_.is_believable(has_records_)) {
    keeping_->finish();
  }
  keeping_.reset();
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
