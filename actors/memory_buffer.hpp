#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/messages.hpp"
#include "actors/range_dealer.hpp"
#include "actors/stage_context.hpp"

namespace ingest::actors {

/// Stands between readers and loaders where nothing has to survive a crash: keeps each batch until it is written, and
/// only then returns the credit that was spent on it. What a dead loader had not written is offered again.
///
/// A loader gets whatever has come while it was busy as one group, so that tiny batches cost few messages and a lone
/// batch need not wait.
class memory_buffer_state {
 public:
  explicit memory_buffer_state(buffer_actor::pointer self) : self_(self) {}

  void begin(stage_context context);

  // Readers
  void begin_reading(begin_slice m);
  void accept(page_batch m);
  void end_input(const input_over& m);

  // Loaders
  void attach(const loader_ready& m);
  void complete(const range_done& m);
  void detach(const detach_loader& m);

  void stop() { end_stage(self_, context_); }
  void fail(const error& why) { fail_stage(self_, context_, why); }

 private:
  struct reader_link {
    life_number life = 0;
    page_source reader;
    std::uint64_t window = 0;             ///< 0 where no reader is at work
    std::uint64_t in_flight = 0;          ///< accepted in this life, not yet written
    slice_id slice;                       ///< the last one that it began
    std::optional<std::string> position;  ///< where a new life would go on in it
    bool begun = false;                   ///< any slice
    bool resumable = true;                ///< false: what was accepted last had no position
  };
  struct waiting_batch {
    batch records;
    reader_debt spent;
  };

  void admit_readers();
  void answer(const begin_slice& m, std::uint64_t window);
  void let_go(reader_link& link);
  std::optional<load_task> next_group();
  void offer();
  void settle(const std::vector<reader_debt>& spent);
  void report_if_drained();

  buffer_actor::pointer self_;
  stage_context context_;
  std::uint64_t group_bytes_ = 1;
  std::map<std::uint32_t, reader_link> readers_;
  std::set<std::uint32_t> over_;  ///< readers that have sent all there is
  std::deque<begin_slice> waiting_readers_;
  std::uint64_t windows_ = 0;   ///< of the readers at work
  std::uint64_t orphaned_ = 0;  ///< accepted from readers that are gone, not yet written
  std::deque<waiting_batch> queue_;
  range_dealer loaders_;
  bool drained_ = false;
};

buffer_actor::behavior_type memory_buffer(buffer_actor::stateful_pointer<memory_buffer_state> self,
                                          stage_context context);

}  // namespace ingest::actors
