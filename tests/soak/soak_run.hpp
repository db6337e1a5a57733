#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "support/ingest_run.hpp"

namespace ingest::testing {

/// What has happened so far, over all runs.
struct soak_counts {
  std::uint64_t runs = 0;
  std::uint64_t kills = 0;           ///< of ingest, at any moment
  std::uint64_t kills_at_start = 0;  ///< of these, in the first moments of its life, while it recovers
  std::uint64_t database_stops = 0;  ///< immediate ones, of the whole server
  std::uint64_t backend_kills = 0;   ///< of one session of ingest, by SIGKILL: the server then ends all and recovers
  std::uint64_t backend_terminations = 0;
  std::uint64_t given_up = 0;  ///< lives that ended by themselves because the API was too bad (69, 70)
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;  ///< skipped, because the API sent them twice
  std::uint64_t rejected = 0;
  std::uint64_t lost = 0;
  std::uint64_t twice = 0;

  std::uint64_t all_kills() const { return kills + database_stops + backend_kills + backend_terminations; }
  std::string text() const;
};

/// One whole run of ingest from an API in trouble, killed again and again until it is let to complete.
class soak_run {
 public:
  /// The same seed plans the same run.
  soak_run(std::uint64_t seed, postgres_cluster& cluster, bool small_disk);

  /// Lets it happen. Returns what is wrong with the outcome, or nothing. Throws std::exception when a part of the
  /// scenery fails.
  std::optional<std::string> execute(soak_counts& counts);

  /// What was drawn, in a line.
  const std::string& plan() const { return plan_; }

  /// Copies DATA_DIR, what ingest has said and a dump of the database to a new directory, and returns its path.
  std::filesystem::path keep_evidence();

 private:
  struct scenery {
    int events;
    std::size_t slices;
    bool overlaps;  ///< the API serves events twice, or makes us ask for them twice
    std::vector<std::string> api_flags;
    std::vector<std::string> flags;
  };
  static scenery draw(std::mt19937_64& random);

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  void live_and_die(soak_counts& counts);
  void trouble(child_process& p, soak_counts& counts);
  void kill_backend(soak_counts& counts);
  std::optional<std::string> finish(soak_counts& counts);
  std::optional<std::string> compare(soak_counts& counts);
  void note_end(child_process& p, soak_counts& counts);

  std::mt19937_64 random_;
  postgres_cluster& cluster_;
  scenery scenery_;
  std::string plan_;
  ingest_run run_;
  std::shared_ptr<void> disk_;  // mounted at DATA_DIR, if there is one
  std::string said_;
  std::optional<std::string> wrong_;
};

}  // namespace ingest::testing
