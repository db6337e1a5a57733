#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "rest/partitions/parent_records.hpp"
#include "rest/streams/slice_reader.hpp"
#include "rest/streams/stream_slices.hpp"

namespace ingest::rest {

/// A parent stream, read from the API for the partitions of its children alone. An answer is held at a time.
class parent_stream final : public parent_records {
 public:
  using reader_factory = std::function<std::unique_ptr<slice_reader>(const planned_slice& slice)>;

  /// `slices` makes the slices of the parent anew, `read` what reads one of them.
  parent_stream(std::function<std::unique_ptr<stream_slices>()> slices, reader_factory read);

  void begin() override;
  std::optional<parent_page> next(const std::stop_token& stop) override;

 private:
  bool next_slice(const std::stop_token& stop);

  std::function<std::unique_ptr<stream_slices>()> make_slices_;
  reader_factory make_reader_;
  std::unique_ptr<stream_slices> slices_;
  std::unique_ptr<slice_reader> reader_;
  value partition_;
};

}  // namespace ingest::rest
