#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "soak/changing_api.hpp"
#include "support/child_process.hpp"
#include "support/http_server.hpp"
#include "support/postgres_cluster.hpp"
#include "support/scratch_dir.hpp"

namespace ingest::testing {

/// What has happened so far, over all services.
struct service_soak_counts {
  std::uint64_t kills = 0;           ///< of the service alone
  std::uint64_t kills_of_all = 0;    ///< of the service and its syncs at once
  std::uint64_t kills_of_syncs = 0;  ///< of a sync, while the service goes on
  std::uint64_t database_stops = 0;  ///< immediate ones, of the whole server
  std::uint64_t stops = 0;           ///< of the service, in order
  std::uint64_t syncs = 0;           ///< complete ones
  std::uint64_t rows = 0;

  std::uint64_t all_kills() const { return kills + kills_of_all + kills_of_syncs + database_stops; }
  std::string text() const;
};

/// `ingest serve` with three pipelines that begin anew as soon as they are complete, each of them exactly once by other
/// means: rows that are merged by their key, a table that is replaced, and a tap whose rows have none. It is killed and
/// started again, one life after another.
class service_soak {
 public:
  /// The same seed plans the same deaths.
  service_soak(std::uint64_t seed, postgres_cluster& cluster);

  /// One life. Returns what is wrong, or nothing. Throws std::exception when a part of the scenery fails.
  std::optional<std::string> live_and_die(service_soak_counts& counts);

  /// The last life: once nothing changes any more, each pipeline has a sync of its own, the service stops, and the
  /// tables are compared with the source.
  std::optional<std::string> finish(service_soak_counts& counts);

  /// Copies what the services have said, their state and a dump of the database to a new directory, and returns its
  /// path.
  std::filesystem::path keep_evidence() const;

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  void start();
  void die(int number);
  std::set<pid_t> syncs() const;
  std::string syncs_behind(const std::string& moment) const;
  std::optional<std::string> difference(const std::string& table, const std::string& column,
                                        const std::string& rows) const;
  std::optional<std::string> doubtful_tables();
  std::optional<std::string> doubtful_ledger() const;

  const std::uint64_t seed_;
  std::mt19937_64 random_;
  postgres_cluster& cluster_;
  test_database database_;
  changing_api api_;
  http_server server_{[this](const received_request& r) { return api_(r); }};
  scratch_dir directory_;
  std::unique_ptr<child_process> service_;
  std::string said_;
  bool has_stock_ = false;
};

}  // namespace ingest::testing
