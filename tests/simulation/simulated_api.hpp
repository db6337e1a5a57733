#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "actors/credit.hpp"
#include "ingest/source.hpp"
#include "simulation/simulated_process.hpp"

namespace ingest::testing {

/// The events there are, and an API that hands them out in pages: of another size each time, some of them empty, some
/// overlapping the one before, with failures, and with cursors that expire and are sought again too early.
class simulated_api {
 public:
  explicit simulated_api(schedule& s);

  std::size_t slices() const { return events_.size(); }

  /// What the table has to hold in the end: text by id.
  const std::map<std::string, std::string>& truth() const { return truth_; }

  /// Rows that no table takes.
  bool has_poison() const { return !poison_.empty(); }
  const std::set<std::string>& poison() const { return poison_; }

  /// Ids of the events that a position of `slice` claims to be behind us, without those that no table takes.
  std::vector<std::string> before(slice_id slice, const std::string& position) const;

  /// What all pages that are read at one life of the program cost in credit while they are alive, by slice.
  struct in_flight {
    std::vector<std::int64_t> cost;
  };

  /// Sources for `reader`, which count what is alive in `counted`.
  source_factory sources(simulated_process& reader, std::shared_ptr<in_flight> counted);

  static constexpr std::int64_t overhead = static_cast<std::int64_t>(actors::credit_overhead);
  static constexpr std::int64_t ordinary_page = 60 + overhead;  ///< what it costs
  static constexpr std::int64_t largest_page = 160 + overhead;

 private:
  struct event {
    std::string id;
    std::string data;
  };
  class slice_source;

  schedule& schedule_;
  std::vector<std::vector<event>> events_;  ///< by slice
  std::map<std::string, std::string> truth_;
  std::set<std::string> poison_;
};

}  // namespace ingest::testing
