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

}  // namespace ingest
