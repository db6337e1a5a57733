#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "rest/partitions/parent_records.hpp"
#include "rest/streams/retriever.hpp"
#include "rest/streams/stream_slices.hpp"

namespace ingest::rest {

/// A parent stream, read from the API for the partitions of its children alone. An answer is held at a time.
class parent_stream final : public parent_records {
 public:
  /// `slices` makes the slices of the parent anew; `cursor` may be null.
  parent_stream(std::shared_ptr<const stream_reading> reading, std::shared_ptr<const cursor> cursor,
                std::function<std::unique_ptr<stream_slices>()> slices);

  void begin() override;
  std::optional<parent_page> next(const std::stop_token& stop) override;

 private:
  bool next_slice(const std::stop_token& stop);

  std::shared_ptr<const stream_reading> reading_;
  std::shared_ptr<const cursor> cursor_;
  std::function<std::unique_ptr<stream_slices>()> make_slices_;
  std::unique_ptr<stream_slices> slices_;
  std::optional<retriever> retriever_;
  value partition_;
};

}  // namespace ingest::rest
