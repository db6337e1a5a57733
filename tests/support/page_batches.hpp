#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ingest/batch.hpp"

namespace ingest::testing {

/// Makes batches as they come out of the buffer: rows are lines of keyed_encoder without their newlines.
class page_batches {
 public:
  using rows = std::vector<std::string>;

  /// The next batch: a page for each element. Page numbers, by slice, and offsets go on from batch to batch.
  batch next(const std::vector<rows>& pages, slice_id slice = {});

  /// Likewise; the slice ends with it.
  batch last(const std::vector<rows>& pages, slice_id slice = {});

  /// The number of the last page that was made, by slice.
  const std::map<slice_id, page_id>& last_pages() const { return last_pages_; }

 private:
  std::map<slice_id, page_id> last_pages_;
  std::uint64_t offset_ = 0;
};

/// The row of an event: its id, and an object with that id and `extra`, which is JSON.
std::string event_row(const std::string& id, const std::string& extra = "1");

/// Rows with ids made of `prefix` and the numbers first … last.
page_batches::rows event_rows(int first, int last, const std::string& prefix = "event-");

}  // namespace ingest::testing
