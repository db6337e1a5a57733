#pragma once

#include <utility>
#include <vector>

#include "ingest/sink.hpp"

namespace ingest {

/// Keeps the batches, without copying their bytes, for whoever wants them once the run is over. abort() lets go of
/// them.
class memory_sink final : public sink {
 public:
  write_outcome write(const batch& records) override {
    batches_.push_back(records);
    return {};
  }
  void finalize() override {}
  void abort(const error&) override { batches_.clear(); }
  commit_point commits() const override { return commit_point::finalize; }

  const std::vector<batch>& batches() const { return batches_; }

  /// All bytes, one batch behind the other.
  std::string text() const {
    std::string all;
    for (const batch& b : batches_) {
      all += b.bytes();
    }
    return all;
  }

 private:
  std::vector<batch> batches_;
};

}  // namespace ingest
