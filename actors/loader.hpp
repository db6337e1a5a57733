#pragma once

#include <memory>

#include "actors/messages.hpp"
#include "actors/stage_context.hpp"

namespace ingest::actors {

/// Loads ranges of the buffer into its sink, one write each, and reports each to the checkpoint and the buffer_writer.
class loader_state {
 public:
  explicit loader_state(loader_actor::pointer self) : self_(self) {}

  void begin(stage_context context) { context_ = std::move(context); }
  void start(const start_loading& m);
  void load(const range_offer& m);
  void finalize();
  void stop(const stop_stage& m);
  void fail(const error& why);

 private:
  std::optional<error> abort_sink(const error& why);

  loader_actor::pointer self_;
  stage_context context_;
  range_source buffer_;
  progress_log checkpoint_;
  std::unique_ptr<range_reader> reader_;
  std::unique_ptr<sink> sink_;  ///< not null while neither finalized nor aborted
};

/// Makes a fresh sink by the spec's factory.
loader_actor::behavior_type loader(loader_actor::stateful_pointer<loader_state> self, stage_context context);

}  // namespace ingest::actors
