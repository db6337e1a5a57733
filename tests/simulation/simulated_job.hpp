#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "buffer/recovered_buffer.hpp"
#include "buffer/run_state.hpp"
#include "ingest/durable_run.hpp"
#include "ingest/postgres.hpp"
#include "simulation/planted_bug.hpp"
#include "simulation/simulated_api.hpp"
#include "simulation/simulated_database.hpp"
#include "simulation/simulated_files.hpp"

namespace ingest::testing {

inline const std::filesystem::path simulated_directory = "/data";
inline const std::string simulated_pipeline = "simulated";

/// The eras of the API that a sync with this plan reads: from, up to. None where the plan leaves it open.
std::pair<std::size_t, std::size_t> eras_of(const std::string& plan);

/// What a life of the job meets.
struct simulated_surroundings {
  schedule& chance;
  simulated_api& api;
  simulated_database& database;
  std::filesystem::path rejects_file;
  planted_bug bug = planted_bug::none;
  std::optional<std::chrono::milliseconds> lease_term = std::nullopt;  ///< where processes share the run
};

/// One life of the main job on one disk: what the program does from its start to its end, with the real recovery,
/// buffer, state, actors and loaders.
class simulated_job {
 public:
  enum class end {
    running,
    complete,
    left,  ///< to be gone on with: it has done what it could of a run that is shared, and there is more to do
    interrupted,
    aborted,
    dead
  };

  simulated_job(const simulated_surroundings& around, simulated_disk& disk, std::string name);
  ~simulated_job();

  /// It is to give up what there is, before its first step.
  void start_over() { starts_over_ = true; }

  /// Recovers and starts the pipeline, then delivers one message a call. Returns whether the job goes on.
  bool step();

  void kill_stage();
  void stop();

  simulated_process& process() { return process_; }
  simulated_disk& disk() { return disk_; }
  end ended() const { return end_; }
  std::string run_id() const;
  const std::optional<error>& failure() const { return failure_; }

 private:
  void start();
  bool replaces() const { return around_.database.write() == disposition::replace; }
  std::string settled_plan() const;
  std::shared_ptr<postgres_target> make_target();
  actors::pipeline_spec specify(const run_state& description);
  recovered_buffer open_buffer();
  void check_removal(const std::filesystem::path& path);
  void check_positions(const disk_buffer& buffer, const slice_pages& loaded);
  void check_credit();
  void keep_credit_of_the_dead();
  void report_pages_too_late();
  void finish();
  bool shares() const { return around_.lease_term.has_value(); }
  void keep_leases();
  void end_leases();
  void look_for_work();

  simulated_surroundings around_;
  simulated_disk& disk_;
  simulated_process process_;
  simulated_files files_;
  std::unique_ptr<file_system> buggy_files_;
  file_system& seen_files_;
  std::shared_ptr<database_bug> database_bug_;
  std::shared_ptr<simulated_api::in_flight> in_flight_ = std::make_shared<simulated_api::in_flight>();
  std::shared_ptr<postgres_target> target_;
  std::optional<durable_run> durable_;
  bool starts_over_ = false;
  bool renews_leases_ = false;
  bool waits_ = false;                        ///< for others, having done what there was to do
  std::pair<std::size_t, std::size_t> eras_;  ///< that its sync reads: from, up to
  std::int64_t credit_window_ = 0;
  struct watched_reader {
    std::optional<std::size_t> slice;  ///< that it reads
    std::int64_t unpaid = 0;           ///< what its dead predecessors had in flight
    bool dead = false;
  };
  std::vector<watched_reader> readers_;  ///< with planted_bug::credit_not_reset
  std::optional<page> reported_late_;    ///< with planted_bug::sealed_unreported
  std::optional<simulated_run> run_;
  end end_ = end::running;
  std::optional<error> failure_;
};

}  // namespace ingest::testing
