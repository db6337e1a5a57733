#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/children.hpp"
#include "actors/stage_context.hpp"

namespace ingest::actors {

/// What the supervisor is started with.
struct supervision {
  std::shared_ptr<pipeline_context> run;
  bool detached = true;    ///< blocking stages get threads of their own; false for tests on a simulated scheduler
  std::uint64_t seed = 0;  ///< of the jitter of restart delays
  std::function<void(stage_id, const stoppable&)> on_start;  ///< called for every life of a stage; for tests that kill
  std::function<void(const stream_result&)> on_result;       ///< called once, when every stage has ended
};

/// How many threads the stages of such a pipeline, and what they run on, may need at a time.
std::size_t threads_of(const pipeline_spec& spec);

/// The stages of a run: starts and wires them. What to do when one ends is the supervisor's to decide.
class crew : public children {
 public:
  crew(supervisor_actor::pointer self, const supervision& setup) : self_(self), setup_(setup) {}

  /// Starts a whole generation. Nothing of an earlier one is alive.
  void start_all();

  /// Starts a reader or loader anew, in place of its last life. A loader is told to finalize at once if `finalizing`.
  void replace(stage_id stage, bool finalizing);

  /// To be called for each stage that has ended.
  void end(child& c);

  /// What the loader's life has not loaded is offered to another.
  void detach_loader(std::uint32_t loader, life_number life);

  void finalize_sinks();

  /// Closes the checkpoint. Returns true if there is none, or when it has ended.
  bool close_checkpoint(run_status status, const std::string& reason);

  stage_kind buffer_kind() const;

 private:
  template <class Function, class... Neighbours>
  auto launch(stage_id id, Function behavior, Neighbours... neighbours);
  void start_buffer();
  void start_workers();
  void start_reader(std::uint32_t reader);
  void start_loader(std::uint32_t loader, bool finalizing);
  void count_stages();
  bool is_alive(stage_id stage);
  const pipeline_spec& spec() const { return setup_.run->spec; }

  supervisor_actor::pointer self_;
  const supervision& setup_;
  buffer_actor buffer_;
  checkpoint_actor checkpoint_;
  std::vector<transform_worker_actor> workers_;
  std::map<std::uint32_t, transformer_actor> transformers_;  ///< by reader
  std::map<std::uint32_t, loader_actor> loaders_;
};

}  // namespace ingest::actors
