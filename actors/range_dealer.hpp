#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "actors/credit.hpp"
#include "actors/messages.hpp"

namespace ingest::actors {

/// Credit of a reader that waits for what it has sent.
struct reader_debt {
  std::uint32_t reader = 0;
  life_number life = 0;
  std::uint64_t cost = 0;
};

/// What a loader is given to write in one go: durable pages, or batches from memory.
struct load_task {
  range pages;
  std::shared_ptr<batch_group> batches;
  std::uint64_t cost = 1;          ///< of the loader's window
  std::vector<reader_debt> spent;  ///< to be given back when it is written

  std::uint64_t place = 0;  ///< among all that were asked for
  bool keys_told = false;   ///< by the loader that holds it
  std::shared_ptr<const record_keys> keys;
  bool has_turn = false;  ///< of the loader that holds it
};

/// Deals tasks out to loaders, as far as the loaders' windows go; each to the loader that has the most left. In the
/// order of keys, a task is written when no other one before it can have one of its keys, and a loader holds two at the
/// most: what waits for its turn would else become many small ones.
class range_dealer {
 public:
  explicit range_dealer(write_order order = write_order::any) : in_turn_(order == write_order::of_keys) {}

  /// The next task, if there is one that need not wait for more.
  using supply = std::function<std::optional<load_task>()>;

  /// A loader's life begins; it holds tasks that cost up to `window`.
  void attach(const loader_ready& m, std::uint64_t window);

  /// What a loader was offered has these keys.
  void note_keys(const range_keys& m);

  /// What was written; nothing where a life that is over tells it.
  std::optional<load_task> complete(const range_done& m);

  /// What the loader's life held is the first to be dealt out again, uncut, so that a transaction of the dead loader
  /// that is still open concerns the same pages.
  void detach(const detach_loader& m);

  /// Asks for a task only when a loader can take one, so that it has all that came while they were busy.
  void deal(const supply& next);

  /// True if no task waits for a loader and nothing is being loaded.
  bool idle() const;

 private:
  struct loader_link {
    range_sink ranges;
    credit_account credit;
    std::map<std::uint64_t, load_task> outstanding;  ///< by the number of the offer
  };

  loader_link* find(std::uint32_t loader, life_number life);
  loader_link* freest_loader();
  bool may_be_written(const load_task& task) const;
  void give_turns();

  bool in_turn_;
  std::deque<load_task> waiting_;  ///< taken back, or larger than what any loader has left; by their places
  std::map<std::uint32_t, loader_link> loaders_;
  std::uint64_t last_place_ = 0;
  std::uint64_t last_offer_ = 0;
};

}  // namespace ingest::actors
