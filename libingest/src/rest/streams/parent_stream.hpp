#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "rest/partitions/parent_records.hpp"
#include "rest/streams/parent_spool.hpp"
#include "rest/streams/slice_reader.hpp"
#include "rest/streams/stream_slices.hpp"

namespace ingest::rest {

/// A parent stream, read from the API for the partitions of its children alone, or from where its records are kept. An
/// answer is held at a time.
class parent_stream final : public parent_records {
 public:
  using end_listener = std::function<void(bool has_records, const stream_slices& slices, const std::stop_token& stop)>;
  using reader_factory = std::function<std::unique_ptr<slice_reader>(const planned_slice& slice)>;

  /// `slices` makes the slices of the parent anew, `read` what reads one of them. `ended` is told whether any record
  /// has come, once all of them were read, and of which slices, and may throw; none: nobody is.
  parent_stream(std::function<std::unique_ptr<stream_slices>()> slices, reader_factory read,
                end_listener ended = nullptr, parent_keeping kept = {});

  void begin() override;
  std::optional<parent_page> next(const std::stop_token& stop) override;

 private:
  bool next_slice(const std::stop_token& stop);

  std::function<std::unique_ptr<stream_slices>()> make_slices_;
  reader_factory make_reader_;
  std::unique_ptr<stream_slices> slices_;
  std::unique_ptr<slice_reader> reader_;
  value partition_;
  end_listener ended_;
  parent_keeping kept_;
  bool has_records_ = false;
  std::unique_ptr<parent_records> reading_kept_;
  std::unique_ptr<parent_spool::writer> keeping_;
};

}  // namespace ingest::rest
