#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "ingest/stop.hpp"
#include "ingest/transform.hpp"

namespace ingest {

/// Lets through, on the average since the last pause, no more than so many bytes and records a second. A batch passes
/// and is paid for before the next one may: a batch is never divided, and the first one does not wait. Time in which
/// nothing came is not saved up. Put it last in the chain to spare the sink.
class rate_limit_transform final : public transform {
 public:
  struct options {
    std::optional<double> bytes_per_second = std::nullopt;
    std::optional<double> records_per_second = std::nullopt;
    timing time = {};
  };

  /// Throws errc::config for a rate that is not greater than 0.
  explicit rate_limit_transform(options o);

  void open(std::stop_token stop) override { stop_ = std::move(stop); }
  std::optional<batch> apply(batch input) override;

 private:
  options options_;
  std::stop_token stop_;
  timing::clock::time_point paid_until_{};  // when the next batch may pass
};

}  // namespace ingest
