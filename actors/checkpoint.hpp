#pragma once

#include <deque>
#include <map>
#include <set>

#include "actors/messages.hpp"
#include "actors/stage_context.hpp"

namespace ingest::actors {

/// Keeps the state file: what is durable and what is loaded, gathered from the buffer_writer and the loaders and
/// written at intervals. Once a durable state says that a sealed segment is loaded, has it deleted.
class checkpoint_state {
 public:
  explicit checkpoint_state(checkpoint_actor::pointer self) : self_(self) {}

  void begin(stage_context context);
  void attach(const attach_buffer& m) { buffer_ = m.buffer; }
  void open(const buffer_opened& m);
  void add(const pages_durable& m);
  void add(const range_loaded& m);
  void save();
  void close(const close_run& m);
  void stop();
  void fail(const error& why) { fail_stage(self_, context_, why); }

 private:
  void save_soon();
  void write_state();
  void note_if_finished(const slice_id& slice, const slice_pages& loaded);
  bool leave_out_finished_slices();
  void release_loaded_segments();
  void mark_saved_state(const close_run& m);
  void close_later(const close_run& m);

  checkpoint_actor::pointer self_;
  stage_context context_;
  segment_owner buffer_;
  run_state state_;
  std::map<slice_id, slice_progress> slices_;
  std::deque<slice_id> finished_;  ///< read to their end and loaded, the oldest first
  std::map<std::uint64_t, std::set<std::pair<slice_id, page_id>>> waiting_;  ///< durable pages that are not loaded, by
                                                                             ///< segment
  std::uint64_t open_segment_ = 0;
  std::uint64_t rows_at_opening_ = 0;
  std::uint64_t removed_before_ = 0;  ///< duplicates: counted already in what the ledger says is loaded
  std::uint64_t restarts_before_ = 0;
  std::optional<caf::actor_clock::time_point> closing_since_;  ///< the run could not be closed for want of space
  bool opened_ = false;                                        ///< the buffer has reported what it holds
  bool save_scheduled_ = false;
};

checkpoint_actor::behavior_type checkpoint(checkpoint_actor::stateful_pointer<checkpoint_state> self,
                                           stage_context context);

}  // namespace ingest::actors
