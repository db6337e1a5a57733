#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "ingest/sink.hpp"

namespace ingest {

/// Several sinks as one: each gets every batch, one after the other. If one of them fails, the tee does, and all are
/// aborted but those whose finalize() had succeeded already: put the one that matters most last. The outcomes are those
/// of the last sink.
class tee_sink final : public sink {
 public:
  /// Throws errc::config for an empty list and for a sink that is null.
  explicit tee_sink(std::vector<std::shared_ptr<sink>> sinks);

  void open(std::stop_token stop) override;
  write_outcome write(const batch& records) override;
  void finalize() override;

  /// Aborts every sink that needs it, also if some throw; throws the first of these errors in the end.
  void abort(const error& why) override;

  /// What all of them say, or else commit_point::unknown.
  commit_point commits() const override;

 private:
  std::vector<std::shared_ptr<sink>> sinks_;
  std::size_t opened_ = 0;     // sinks whose open() was called
  std::size_t finalized_ = 0;  // sinks whose finalize() has succeeded
};

}  // namespace ingest
