#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "ingest/batch.hpp"
#include "ingest/error.hpp"

namespace ingest {

/// Changes records on their way from a source to a sink. One thread at a time calls
///
///     open → apply* → finish
///
/// and finish() only where the source came to its end. A transform that throws ends the run: it is not called again.
/// One instance serves one run.
class transform {
 public:
  virtual ~transform() = default;

  /// Gets ready. `stop` stays valid until the transform is destroyed; once it is requested, a blocked call returns
  /// within a second, by throwing an error with errc::cancelled.
  virtual void open(std::stop_token stop) { static_cast<void>(stop); }

  /// What becomes of `input`: another batch, `input` itself, or nothing when it is dropped. The result's `position`
  /// must say where to resume after all that has been returned so far: a transform that holds bytes back clears it.
  virtual std::optional<batch> apply(batch input) = 0;

  /// The source has ended: what was held back, if anything.
  virtual std::optional<batch> finish() { return std::nullopt; }

  /// True if apply() keeps nothing from one batch to the next and several threads may call it at once. An engine that
  /// has workers to spare may then do so; the order of the batches stays what it was.
  virtual bool parallel() const { return false; }
};

/// Transforms in the order in which batches pass them.
using transform_list = std::vector<std::shared_ptr<transform>>;

/// Passes batches through transforms, the first one first. After each transform a requested stop is noticed, and thrown
/// as errc::cancelled. The list must outlive the chain.
class transform_chain {
 public:
  /// Called with what comes out at the end of the chain.
  using receiver = std::function<void(batch)>;

  explicit transform_chain(const transform_list& transforms) : transforms_(transforms) {}

  void open(std::stop_token stop);
  void apply(batch input, const receiver& receive);

  /// Finishes the transforms, the first one first: what one held back passes those behind it before they finish.
  void finish(const receiver& receive);

 private:
  void apply_from(std::size_t first, batch input, const receiver& receive);

  const transform_list& transforms_;
  std::stop_token stop_;
};

}  // namespace ingest
