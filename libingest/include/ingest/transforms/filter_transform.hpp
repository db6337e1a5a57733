#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "ingest/transform.hpp"
#include "ingest/transforms/map_transform.hpp"

namespace ingest {

/// Keeps the lines for which a function returns true. Batches must hold whole lines, as those of ndjson_source and
/// line_transform do; the function gets each without its newline. A batch of which no line is left passes on empty, so
/// that its position is not lost.
class filter_transform final : public transform {
 public:
  using predicate = std::function<bool(std::string_view line)>;

  explicit filter_transform(predicate keep, calls c = calls::one_at_a_time)
      : keep_(std::move(keep)), parallel_(c == calls::parallel) {}

  std::optional<batch> apply(batch input) override;
  bool parallel() const override { return parallel_; }

 private:
  predicate keep_;
  bool parallel_;
};

}  // namespace ingest
