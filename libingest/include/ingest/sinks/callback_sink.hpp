#pragma once

#include <functional>
#include <utility>

#include "ingest/sink.hpp"

namespace ingest {

/// Gives each batch to a function; and the end, if somebody wants to know.
class callback_sink final : public sink {
 public:
  using function = std::function<void(const batch&)>;

  /// `on_end` is called with nothing by finalize(), and with the reason by abort().
  explicit callback_sink(function on_batch, std::function<void(const error* why)> on_end = nullptr)
      : on_batch_(std::move(on_batch)), on_end_(std::move(on_end)) {}

  write_outcome write(const batch& records) override {
    on_batch_(records);
    return {};
  }
  void finalize() override { end(nullptr); }
  void abort(const error& why) override { end(&why); }

 private:
  void end(const error* why) {
    if (on_end_) {
      on_end_(why);
    }
  }

  function on_batch_;
  std::function<void(const error*)> on_end_;
};

}  // namespace ingest
