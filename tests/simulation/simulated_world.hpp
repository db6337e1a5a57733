#pragma once

#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulation/invariants.hpp"
#include "simulation/simulated_job.hpp"
#include "support/scratch_dir.hpp"

namespace ingest::testing {

/// What a world has come to.
struct simulated_history {
  std::string violation;  ///< empty: none
  std::string text;       ///< the events in order
  std::array<unsigned, fault_kinds> faults{};
  std::size_t lives = 0;
};

/// Whether one process loads a run, another one takes over, or two to four share it.
enum class workers { alone, shared };

/// One seed: an API, a database, hosts, and lives of the job on them until it is complete.
class simulated_world {
 public:
  explicit simulated_world(std::uint64_t seed, planted_bug bug = planted_bug::none, workers who = workers::alone);

  /// Runs to the end, or to the first violation of an invariant.
  simulated_history run();

 private:
  using jobs = std::list<std::unique_ptr<simulated_job>>;

  simulated_job& start_job();
  simulated_job& start_job_on(std::size_t host);
  std::optional<std::size_t> idle_host() const;
  bool shares() const { return around_.lease_term.has_value(); }
  std::size_t most_lives() const;
  void step(simulated_job& job);
  void disturb(simulated_job& job);
  void let_rival_run(const simulated_job& paused);
  void let_others_run(const simulated_job& paused, std::uint64_t deliveries);
  void conclude(simulated_job& job);
  void check_end(simulated_job& job);
  void lose_power(simulated_disk& disk);
  bool is_complete() const;
  void check_commit(const tables& changes, const std::string& owner);

  schedule chance_;
  const disposition write_;
  simulated_api api_;
  simulated_database database_;
  std::size_t eras_;                   ///< of the API that there will be: syncs, at the most
  std::vector<simulated_disk> disks_;  ///< a host each
  std::unique_ptr<scratch_dir> scratch_;
  simulated_surroundings around_;
  jobs jobs_;
  std::set<page_key> loaded_;
  shown_rows shown_;  ///< where tables are replaced
  std::size_t lives_ = 0;
  bool someone_stands_still_ = false;
  unsigned hosts_used_ = 0;                     ///< a bit each
  const simulated_job* undisturbed_ = nullptr;  ///< a life that no fault can meet any more: it has to complete the job
};

/// Runs the world of `seed`. What goes wrong in it is the history's violation.
simulated_history simulate(std::uint64_t seed, planted_bug bug = planted_bug::none, workers who = workers::alone);

}  // namespace ingest::testing
