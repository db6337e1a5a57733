#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "ingest/transform.hpp"

namespace ingest::testing {

/// A transform that does what a test says.
class scripted_transform final : public transform {
 public:
  using function = std::function<std::optional<batch>(batch, const std::stop_token&)>;

  explicit scripted_transform(function on_apply, std::function<std::optional<batch>()> on_finish = nullptr)
      : on_apply_(std::move(on_apply)), on_finish_(std::move(on_finish)) {}

  void open(std::stop_token stop) override { stop_ = std::move(stop); }
  std::optional<batch> apply(batch input) override { return on_apply_(std::move(input), stop_); }
  std::optional<batch> finish() override { return on_finish_ ? on_finish_() : std::nullopt; }

 private:
  function on_apply_;
  std::function<std::optional<batch>()> on_finish_;
  std::stop_token stop_;
};

inline std::shared_ptr<transform> transforming(scripted_transform::function on_apply,
                                               std::function<std::optional<batch>()> on_finish = nullptr) {
  return std::make_shared<scripted_transform>(std::move(on_apply), std::move(on_finish));
}

/// `b` with other bytes.
inline batch with_bytes(batch b, std::string bytes) {
  b.data = std::make_shared<const std::string>(std::move(bytes));
  return b;
}

/// Puts `text` before each batch.
inline std::shared_ptr<transform> prefixing(const std::string& text) {
  return transforming([text](batch b, const std::stop_token&) {
    std::string bytes = text + std::string(b.bytes());
    return with_bytes(std::move(b), std::move(bytes));
  });
}

}  // namespace ingest::testing
