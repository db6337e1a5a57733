#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "actors/stage.hpp"
#include "ingest/actors/pipeline_spec.hpp"

namespace ingest::actors {

/// Who reads which slice. Readers take slices here, one after the other, until there are no more; the buffer says when
/// it has a slice's last page. What a reader has taken stays with it, through all its lives, until then: its pages may
/// be on their way, and get lost there. Thread-safe.
class slice_desk {
 public:
  struct assignment {
    slice_task task;
    slice_progress known;  ///< what the ledger has of it, perhaps nothing
  };

  explicit slice_desk(const pipeline_spec& spec) : spec_(spec) {}

  /// Everything begins anew, no reader being alive.
  void reset();

  /// What an earlier life of the reader has taken and the buffer has not seen the end of, or else the next slice;
  /// nothing when there are no more. May ask the ledger, and blocks as that does.
  std::optional<assignment> take(std::uint32_t reader, life_number life, const std::stop_token& stop);

  /// The buffer has the last page of a slice.
  void finish(std::uint32_t reader, const slice_id& slice);

  /// False where the buffer had its last page.
  bool is_at_work(std::uint32_t reader, const slice_id& slice) const;

 private:
  struct reader_desk {
    life_number life = 0;
    std::size_t given = 0;         ///< of those below, to this life
    std::deque<assignment> taken;  ///< in the order of taking
  };

  std::optional<assignment> take_again(std::uint32_t reader, life_number life);
  std::optional<assignment> next(const std::stop_token& stop);
  void look_ahead(const std::stop_token& stop);
  std::size_t next_to_read();

  const pipeline_spec& spec_;

  // Supply and ledger may block, and perhaps until what was read before is loaded: the buffer must not wait with them.
  std::mutex supplying_;                  // taken before mutex_
  std::unique_ptr<slice_supply> supply_;  ///< null when it has no more
  std::uint64_t supplied_ = 0;
  std::vector<slice_task> unasked_;  ///< of which the ledger has not told yet
  std::size_t at_a_time_ = 0;        ///< so many of them it is asked for
  std::size_t shared_at_a_time_ = 0;
  std::chrono::steady_clock::time_point asked_at_;
  std::deque<assignment> ahead_;  ///< that nobody has taken yet

  mutable std::mutex mutex_;
  std::map<std::uint32_t, reader_desk> readers_;
};

}  // namespace ingest::actors
