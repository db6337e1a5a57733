#pragma once

#include <functional>
#include <utility>

#include "ingest/transform.hpp"

namespace ingest {

/// Shows each batch to a function and passes it on unchanged. To write into two sinks, use a tee_sink, which also ends
/// both as sinks must be.
class tee_transform final : public transform {
 public:
  explicit tee_transform(std::function<void(const batch&)> see) : see_(std::move(see)) {}

  std::optional<batch> apply(batch input) override {
    see_(input);
    return input;
  }

 private:
  std::function<void(const batch&)> see_;
};

}  // namespace ingest
