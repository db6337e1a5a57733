#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ingest/slice_id.hpp"
#include "rest/streams/parent_spool.hpp"
#include "rest/streams/slice_reader.hpp"
#include "rest/streams/stream_slices.hpp"

namespace ingest::rest {

/// Keeps what is read of a stream for its own table for its children, too, so that it is read once: if all of its
/// slices are read here, from the beginning, and each page comes once. Else nothing is kept of it. What it holds does
/// not grow with the slices that have ended. Thread-safe.
class kept_slices {
 public:
  explicit kept_slices(parent_keeping kept);

  /// Slices are named from the first one on.
  void begin();
  void name(const slice_id& id, const planned_slice& slice);
  void all_named();
  /// What is read is not all that children are of.
  void give_up();

  void open(const slice_id& id, const std::optional<std::string>& position);
  void take(const slice_id& id, const planned_slice& slice, const stream_page& page);

 private:
  struct tally {
    std::uint64_t slices = 0;
    std::uint64_t names = 0;  ///< the sum of their hashes: which ones they were, whatever their order
    void add(const slice_id& id);
    bool operator==(const tally&) const = default;
  };

  void finish_if_whole();

  parent_keeping kept_;
  std::mutex mutex_;
  std::unique_ptr<parent_spool::writer> to_;  // null: nothing is kept
  bool begun_ = false;
  bool all_named_ = false;
  bool has_records_ = false;
  tally named_;
  tally ended_;
  std::map<slice_id, std::string> open_;  // behind the last page of each
};

}  // namespace ingest::rest
