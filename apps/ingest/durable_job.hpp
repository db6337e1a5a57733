#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "ingest/actors/pipeline_builder.hpp"
#include "ingest/durable_run.hpp"
#include "ingest/metrics.hpp"
#include "ingest/postgres.hpp"
#include "report.hpp"
#include "settings/settings.hpp"

namespace ingest {
struct resumption;
}

namespace ingest::app {

/// One run of the pipeline with a durable buffer, from taking the lock to the result.
class durable_job {
 public:
  durable_job(const settings& s, command c, std::shared_ptr<metrics> counters, run_report& report)
      : settings_(s), command_(c), counters_(std::move(counters)), report_(report) {}

  /// Blocks until the run has ended or `stop` is requested, and puts into the report what has become of it. With
  /// `fresh`, a run that is there is forgotten first. Throws what keeps it from beginning, and its failure.
  void execute(bool fresh, std::stop_token stop);

  /// In the ledger, where it can be done at once: nothing goes by it.
  void remember_failure() const;

 private:
  /// From taking the lock to the result, which is not looked at again where others may be at work on the run.
  void run_once(bool fresh, const std::stop_token& stop);

  /// With others, until the run is complete.
  void share(bool fresh, const std::stop_token& stop);
  bool takes_part(bool fresh, const std::stop_token& stop);
  bool finds_work(const std::stop_token& stop) const;
  bool is_over(const std::stop_token& stop) const;
  bool is_patient();
  void renew_leases(const std::stop_token& done) const;
  void end_leases() const;

  durable_run_options options(std::stop_token stop) const;
  bool has_nothing_to_do(const durable_run& run) const;
  bool would_mix(const durable_run& run) const;
  void await_ledger(durable_run& run, const std::stop_token& stop) const;
  void check_source(const resumption& from) const;
  bool is_due_for_next_sync(const durable_run& run, const std::stop_token& stop) const;
  bool was_begun_lately(const durable_run& run, const std::stop_token& stop) const;
  std::string settled(std::string plan, const std::string& watermark, const std::string& plan_before,
                      const std::stop_token& stop) const;
  void compare_total(const std::optional<run_state>& state) const;
  actors::pipeline assemble(const std::shared_ptr<durable_run>& run);
  void check_completion(durable_run& run) const;

  const settings& settings_;
  command command_;
  std::shared_ptr<metrics> counters_;
  run_report& report_;
  std::shared_ptr<postgres_target> target_;
  std::string run_id_;  ///< that the ledger has, as far as is known
  std::string sought_;  ///< the run that this process is to have a part in, or to begin
  std::optional<std::chrono::steady_clock::time_point> away_since_;  ///< the database, between two rounds
  bool has_directory_ = false;                                       ///< DATA_DIR is no other process's
  bool has_taken_part_ = false;                                      ///< in a run, or tried to begin one
};

}  // namespace ingest::app
