#pragma once

#include <map>
#include <optional>
#include <vector>

#include "actors/credit.hpp"
#include "actors/messages.hpp"
#include "actors/range_queue.hpp"

namespace ingest::actors {

/// Deals durable pages out to loaders, as ranges, as far as the loaders' credit goes; each to the loader with the most.
class range_dealer {
 public:
  explicit range_dealer(std::uint64_t range_bytes) : waiting_(range_bytes) {}

  /// Pages that wait to be dealt out. After a change, deal().
  range_queue& waiting() { return waiting_; }

  void attach(const loader_ready& m);
  void complete(const range_done& m);

  /// What the loader's life held is the first to be dealt out again.
  void detach(const detach_loader& m);

  void deal();

  /// True if no page waits that could become part of a range.
  bool nothing_waits() const { return waiting_.empty(); }

  /// True if nothing waits and nothing is being loaded.
  bool idle() const;

 private:
  struct loader_link {
    range_sink ranges;
    credit_account credit;
    std::vector<range> outstanding;
  };

  loader_link* find(std::uint32_t loader, life_number life);
  loader_link* freest_loader();

  range_queue waiting_;
  std::optional<range> next_;  ///< taken from waiting_, waits for a loader
  std::map<std::uint32_t, loader_link> loaders_;
};

}  // namespace ingest::actors
