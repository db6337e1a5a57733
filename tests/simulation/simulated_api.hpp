#pragma once

#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/credit.hpp"
#include "ingest/postgres.hpp"
#include "ingest/source.hpp"
#include "simulation/simulated_process.hpp"

namespace ingest::testing {

/// The events there are, and an API that hands them out in pages: of another size each time, some of them empty, some
/// overlapping the one before, with failures, and with cursors that expire and are sought again too early.
class simulated_api {
 public:
  /// For a table that is merged, some events come again with other data, behind those that they were in between. For
  /// one that is replaced, each sync reads all that there is then: older events vanish, and the others have other data.
  explicit simulated_api(schedule& s, disposition write = disposition::skip);

  std::size_t slices() const { return events_.size(); }

  /// New events come to every slice, behind those that are there. A sync reads those of some eras.
  void grow();
  std::size_t eras() const { return ends_.size(); }

  /// How many events a slice had before an era.
  std::size_t events_before(const slice_id& slice, std::size_t era) const {
    return era == 0 ? 0 : ends_.at(era - 1).at(slice.number());
  }

  /// Where a sync of these eras begins to read.
  std::size_t begin_of(const slice_id& slice, std::size_t first_era, std::size_t end_era) const {
    return replaced_ && end_era > 0 ? begins_.at(end_era - 1).at(slice.number()) : events_before(slice, first_era);
  }

  struct true_event {
    std::string data;                            ///< when it first came
    std::size_t era;                             ///< then
    std::map<std::size_t, std::string> changed;  ///< what it was in the end of later eras, or of that one

    /// What the table has of it when all eras before `end` are loaded.
    const std::string& data_at(std::size_t end, disposition write) const {
      const auto later = changed.lower_bound(end);
      return write != disposition::merge || later == changed.begin() ? data : std::prev(later)->second;
    }
  };

  /// What the table has to hold in the end, by id.
  const std::map<std::string, true_event>& truth() const { return truth_; }

  /// What a table that is replaced has to hold after the sync that ends with the era before this one.
  std::map<std::string, std::string> events_of_sync(std::size_t end_era) const;

  /// Rows that no table takes.
  bool has_poison() const { return poisoned_; }
  const std::set<std::string>& poison() const { return poison_; }

  /// Ids of the events that a position of `slice` claims to be behind us, without those that no table takes; for a
  /// table that is replaced, of those of the sync that ends with the era before `end_era`.
  std::vector<std::string> before(slice_id slice, const std::string& position, std::size_t end_era) const;

  /// What all pages that are read at one life of the program cost in credit while they are alive, by slice.
  struct in_flight {
    std::vector<std::int64_t> cost;
  };

  /// Sources of the eras from `first_era` up to `end_era` for `reader`, which count what is alive in `counted`.
  source_factory sources(simulated_process& reader, std::shared_ptr<in_flight> counted, std::size_t first_era,
                         std::size_t end_era);

  static constexpr std::int64_t overhead = static_cast<std::int64_t>(actors::credit_overhead);
  static constexpr std::int64_t ordinary_page = 60 + overhead;  ///< what it costs
  static constexpr std::int64_t largest_page = 240 + overhead;

 private:
  struct event {
    std::string id;
    std::string data;
  };
  class slice_source;

  event make_event(std::size_t slice);
  std::optional<event> change_event(std::size_t slice);
  void tell_truth(const event& e, std::size_t era);
  std::string data_in(const event& e, std::size_t end_era) const;

  schedule& schedule_;
  const bool changes_;
  const bool replaced_;
  const bool poisoned_;
  std::vector<std::vector<event>> events_;        ///< by slice
  std::vector<std::vector<std::size_t>> ends_;    ///< by era: how many events each slice has then
  std::vector<std::vector<std::size_t>> begins_;  ///< by era: how many of them have vanished until then
  std::map<std::string, true_event> truth_;
  std::set<std::string> poison_;
  std::set<std::string> shared_;  ///< ids of events in two slices, which have no order between them
};

}  // namespace ingest::testing
