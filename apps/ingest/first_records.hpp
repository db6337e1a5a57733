#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "ingest/sink.hpp"

/// For `ingest read --limit`: a look at the first records of a stream.
namespace ingest::app {

/// Counts what a run prints, in all lives of its loader, and asks for a stop when that is enough.
class first_records {
 public:
  explicit first_records(std::uint64_t limit) : left_(limit) {}

  /// Sinks that pass on the first records, lines of JSON, to those of `sinks`; what comes after them is dropped. This
  /// object outlives them.
  sink_factory passed_to(sink_factory sinks);

  /// Stops when the last one was written.
  std::stop_token enough() const { return enough_.get_token(); }
  bool are_written() const { return enough_.stop_requested(); }

 private:
  class limited_sink;

  std::uint64_t left_;
  std::stop_source enough_;
};

}  // namespace ingest::app
