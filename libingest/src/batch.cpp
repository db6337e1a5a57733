#include "ingest/batch.hpp"

namespace ingest {

std::uint64_t range::rows() const {
  std::uint64_t total = 0;
  for (const page& p : pages) {
    total += p.rows;
  }
  return total;
}

std::string to_string(const page& p) {
  return "page " + std::to_string(p.id) + " of " + to_string(p.slice);
}

void slice_progress::advance(const page& p) {
  pages = p.id;
  position = p.position;
  done = p.last;
  rows += p.rows;
}

void slice_pages::insert(const slice_id& slice, const page_set& pages) {
  if (!pages.empty()) {
    slices_[slice].insert(pages);
  }
}

void slice_pages::insert(const slice_pages& other) {
  for (const auto& [slice, pages] : other.slices_) {
    insert(slice, pages);
  }
}

const page_set& slice_pages::of(const slice_id& slice) const {
  static const page_set none;
  const auto found = slices_.find(slice);
  return found == slices_.end() ? none : found->second;
}

}  // namespace ingest
