#pragma once

#include <string>

namespace ingest {

/// Who a buffer belongs to. Written into every index; a buffer with another identity is refused, not reused.
struct run_identity {
  std::string pipeline;
  std::string run_id;  ///< 32 hexadecimal digits, drawn at random when a run starts from nothing
  std::string plan;    ///< what was asked of the source (slices, window), as text: pages of another plan do not mix

  bool operator==(const run_identity&) const = default;
};

}  // namespace ingest
