#pragma once

#include <cstdint>
#include <memory>

#include "buffer/disk_buffer.hpp"
#include "core/page_set.hpp"

namespace ingest {

/// What a run starts from, and starts again from when a stage that kept its books has failed.
struct recovered_buffer {
  std::unique_ptr<disk_buffer> buffer;
  slice_pages loaded;                 ///< pages that the target is known to have; they are not offered again
  std::uint64_t slices_left_out = 0;  ///< see run_state
  std::uint64_t rows_left_out = 0;
  std::uint64_t rows_loaded = 0;
  std::uint64_t duplicates_skipped = 0;
  std::uint64_t rows_rejected = 0;
};

}  // namespace ingest
