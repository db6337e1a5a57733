#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "actors/messages.hpp"
#include "actors/stage_context.hpp"
#include "buffer/range_reader.hpp"

namespace ingest::actors {

/// Writes to its sink what the buffer offers: ranges, one write each, which are reported to the checkpoint as well, or
/// batches from memory.
class loader_state {
 public:
  explicit loader_state(loader_actor::pointer self) : self_(self) {}

  void begin(stage_context context, range_source buffer, progress_log checkpoint);
  void start();
  void load(const range_offer& m);
  void load_in_turn(const range_turn& m);
  void finalize();
  void stop(const stop_stage& m);
  void fail(const error& why);

 private:
  void open_sink();
  void tell_keys(const range_offer& m);
  void tell_done(std::uint64_t number);
  void load_range(const range& pages);
  const batch& read(const range& pages);
  void load_batches(batch_group& group);
  write_outcome write(const batch& records);
  bool must_not_write() const;
  std::optional<error> abort_sink(const error& why);

  loader_actor::pointer self_;
  stage_context context_;
  range_source buffer_;
  progress_log checkpoint_;  ///< of a durable buffer only
  std::unique_ptr<range_reader> reader_;
  batch records_;                           ///< that were read last
  std::map<std::uint64_t, range> waiting_;  ///< for their turn, by the number of the offer
  std::unique_ptr<sink> sink_;              ///< not null while neither finalized nor aborted
  bool interrupted_ = false;                ///< a write was cancelled; the supervisor is about to say why
};

/// Makes a fresh sink by the spec's factory.
loader_actor::behavior_type loader(loader_actor::stateful_pointer<loader_state> self, stage_context context,
                                   range_source buffer, progress_log checkpoint);

}  // namespace ingest::actors
