#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/messages.hpp"
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
  void attach(attach_reader m);
  void accept(page_batch m);

  // Loaders
  void attach(const loader_ready& m);
  void complete(const range_done& m);
  void detach(const detach_loader& m);

  void stop() { end_stage(self_, context_); }
  void fail(const error& why) { fail_stage(self_, context_, why); }

 private:
  struct slice_link {
    life_number life = 0;
    page_source reader;
    std::uint64_t window = 0;             ///< 0 where no reader is at work
    std::uint64_t in_flight = 0;          ///< accepted in this life, not yet written
    std::optional<std::string> position;  ///< where a new life would go on
    bool resumable = true;                ///< false: what was accepted last had no position
    bool done = false;
  };
  struct debt {
    slice_id slice = 0;
    life_number life = 0;
    std::uint64_t cost = 0;
  };
  struct waiting_batch {
    batch records;
    debt spent;
  };
  struct group {
    std::uint64_t number = 0;
    std::shared_ptr<batch_group> batches;
    std::vector<debt> spent;
  };
  struct loader_link {
    life_number life = 0;
    range_sink ranges;
    std::vector<group> outstanding;
  };

  void admit_readers();
  void let_go(slice_link& link);
  std::optional<group> next_group();
  loader_link* freest_loader();
  void offer();
  void settle(const std::vector<debt>& spent);
  void report_if_drained();

  buffer_actor::pointer self_;
  stage_context context_;
  std::uint64_t group_bytes_ = 1;
  std::map<slice_id, slice_link> slices_;
  std::deque<attach_reader> waiting_readers_;
  std::uint64_t windows_ = 0;   ///< of the readers at work
  std::uint64_t orphaned_ = 0;  ///< accepted from readers that are gone, not yet written
  std::deque<waiting_batch> queue_;
  std::deque<group> returned_;  ///< of dead loaders
  std::map<std::uint32_t, loader_link> loaders_;
  std::uint64_t last_group_ = 0;
  bool drained_ = false;
};

buffer_actor::behavior_type memory_buffer(buffer_actor::stateful_pointer<memory_buffer_state> self,
                                          stage_context context);

}  // namespace ingest::actors
