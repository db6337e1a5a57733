#pragma once

#include <functional>
#include <utility>

#include "ingest/transform.hpp"

namespace ingest {

/// How many threads may call a function that a transform was given.
enum class calls {
  one_at_a_time,
  parallel  ///< it keeps nothing between calls, or guards it
};

/// Whatever a function makes of each batch: another one, or nothing. What is not changed, such as the position, is to
/// be taken over from the batch that came in.
class map_transform final : public transform {
 public:
  using function = std::function<std::optional<batch>(batch)>;

  explicit map_transform(function f, calls c = calls::one_at_a_time)
      : function_(std::move(f)), parallel_(c == calls::parallel) {}

  std::optional<batch> apply(batch input) override { return function_(std::move(input)); }
  bool parallel() const override { return parallel_; }

 private:
  function function_;
  bool parallel_;
};

}  // namespace ingest
