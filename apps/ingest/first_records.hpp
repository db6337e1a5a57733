#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>

#include "ingest/metrics.hpp"
#include "ingest/sink.hpp"

/// For `ingest read --limit`: a look at the first records of a stream.
namespace ingest::app {

/// Counts what a run prints, in all lives of its loader, as its rows and bytes loaded, and asks for a stop when that is
/// enough.
class first_records {
 public:
  first_records(std::uint64_t limit, std::shared_ptr<metrics> counters)
      : left_(limit), counters_(std::move(counters)) {}

  /// Sinks that pass on the first records, lines of JSON, to those of `sinks`; what comes after them is dropped. This
  /// object outlives them.
  sink_factory passed_to(sink_factory sinks);

  /// Stops when the last one was written.
  std::stop_token enough() const { return enough_.get_token(); }
  bool are_written() const { return enough_.stop_requested(); }

 private:
  class limited_sink;

  std::uint64_t left_;
  std::shared_ptr<metrics> counters_;
  std::stop_source enough_;
};

}  // namespace ingest::app
