#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "actors/messages.hpp"
#include "actors/range_dealer.hpp"
#include "actors/range_queue.hpp"
#include "actors/stage_context.hpp"

namespace ingest::actors {

/// Appends the readers' pages to the disk buffer, makes them durable in groups, and only then returns the readers'
/// credit and offers ranges to the loaders.
class buffer_writer_state {
 public:
  explicit buffer_writer_state(buffer_writer_actor::pointer self) : self_(self) {}

  void begin(stage_context context, progress_log checkpoint);

  /// Opens the buffer and reports what it holds; the first message.
  void open();

  // Readers
  void begin_reading(begin_slice m);
  void append(page_batch m);
  void end_input(const input_over& m);
  void sync();
  void look_for_space();

  // Loaders
  void attach(const loader_ready& m);
  void note_keys(const range_keys& m);
  void complete(const range_done& m);
  void detach(const detach_loader& m);
  void flush_ranges();

  // Checkpoint, supervisor
  void release(const release_segment& m);
  void stop();
  void fail(const error& why);

 private:
  struct reader_link {
    life_number life = 0;
    slice_id slice;
    page_source reader;
    std::uint64_t owed = 0;  ///< bytes that are durable, not granted back yet because the buffer is over its quota
  };
  struct unsynced_page {
    page appended;
    std::uint32_t reader = 0;
    life_number life = 0;
    std::uint64_t cost = 0;
  };

  void admit_readers();
  void answer(const begin_slice& m, std::uint64_t window);
  void note_end(std::uint32_t reader, const slice_id& slice);
  bool try_append(const page_batch& m);
  void sync_soon();
  void make_durable();
  void retry_append();
  void grant_credit();
  std::optional<load_task> next_range();
  void offer_ranges();
  void wait_for_space();
  void seal_segment();
  bool input_ended() const;
  void report_if_drained();

  buffer_writer_actor::pointer self_;
  stage_context context_;
  std::unique_ptr<disk_buffer> buffer_;
  progress_log checkpoint_;
  std::map<std::uint32_t, reader_link> readers_;
  std::set<std::uint32_t> over_;     ///< readers that have sent all there is
  std::deque<begin_slice> waiting_;  ///< to be answered when there is room for their pages
  std::vector<unsynced_page> unsynced_;
  std::uint64_t unsynced_bytes_ = 0;
  std::deque<page_batch> held_;  ///< not appended yet because the disk is full; bounded by the readers' credit
  std::optional<caf::actor_clock::time_point> full_since_;  ///< the disk has been full since then
  range_queue ranges_{0};                                   ///< durable, not dealt out yet
  range_dealer loaders_;
  bool sync_scheduled_ = false;
  bool retry_scheduled_ = false;
  bool flush_scheduled_ = false;
  bool over_quota_ = false;
  bool drained_ = false;
};

buffer_writer_actor::behavior_type buffer_writer(buffer_writer_actor::stateful_pointer<buffer_writer_state> self,
                                                 stage_context context, progress_log checkpoint);

}  // namespace ingest::actors
