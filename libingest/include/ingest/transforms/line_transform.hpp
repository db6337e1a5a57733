#pragma once

#include <cstddef>
#include <string>

#include "ingest/transform.hpp"

namespace ingest {

/// Cuts bytes that come in blocks into batches of whole lines, each line with its newline, also the last one, and
/// counts them as records. A batch is held back until it has the end of a line. Where the begin of a line is held back,
/// the batch has no position: for streams that are to be resumed, ndjson_source cuts lines by itself.
class line_transform final : public transform {
 public:
  /// A line of more than `max_line_bytes` fails the stream with errc::bad_data.
  explicit line_transform(std::size_t max_line_bytes = 64ull << 20) : max_line_bytes_(max_line_bytes) {}

  std::optional<batch> apply(batch input) override;
  std::optional<batch> finish() override;

 private:
  std::size_t max_line_bytes_;
  std::string begun_;  // of a line whose end has not come yet
};

}  // namespace ingest
