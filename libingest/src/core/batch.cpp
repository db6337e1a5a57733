#include "ingest/batch.hpp"

namespace ingest {

std::uint64_t range::rows() const {
  std::uint64_t total = 0;
  for (const page& p : pages) {
    total += p.rows;
  }
  return total;
}

void slice_progress::advance(const page& p) {
  last_page = p.id;
  position = p.position;
  done = p.last;
  ++pages;
  rows += p.rows;
}

}  // namespace ingest
