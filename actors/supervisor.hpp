#pragma once

#include <functional>
#include <map>
#include <stop_token>

#include "actors/messages.hpp"
#include "actors/restart_intensity.hpp"
#include "actors/stage_context.hpp"

namespace ingest::actors {

/// What the supervisor is started with.
struct supervision {
  std::shared_ptr<const pipeline_spec> spec;
  bool detached = true;    ///< blocking stages get threads of their own; false for tests on a simulated scheduler
  std::uint64_t seed = 0;  ///< of the jitter of restart delays
  std::function<void(stage_id, const stoppable&)> on_start;  ///< called for every life of a stage; for tests that kill
  std::function<void(const pipeline_result&)> on_result;     ///< called once, when every stage has ended
};

/// Starts the stages and wires them; starts failed ones again; brings the run to one end: finalize when everything is
/// loaded, or abort, or an orderly stop.
///
/// A failed reader or loader is replaced alone. When the buffer_writer or the checkpoint fails, all stages are ended
/// and started anew from what is durable, along the same path as after a crash of the process.
class supervisor_state {
 public:
  explicit supervisor_state(supervisor_actor::pointer self) : self_(self) {}

  void begin(supervision s);
  void record(const stage_failed& m);
  void record(const stage_done& m);
  void handle_death(const stage_down& m);
  void finalize(const buffer_drained& m);
  void restart(const restart_due& m);
  void request_stop();
  void interrupt_all();
  void fail(const error& why) { close_down(run_status::aborted, why); }

 private:
  enum class phase { running, restarting_all, finalizing, closing, ended };

  /// The current life of a stage.
  struct child {
    epoch_number life = 0;
    stoppable handle;
    std::stop_source stop;
    bool alive = false;
    bool done = false;  ///< has done what it was asked to do
    bool told = false;  ///< has been told to wind up
    std::optional<error> why;
  };

  void start_all();
  void start_reader(slice_id slice);
  void start_loader(std::uint32_t loader);
  template <class Function>
  auto launch(stage_id id, Function behavior);
  child* find(stage_id stage, epoch_number life);
  bool any_alive(stage_kind kind) const;
  bool any_alive() const;
  void tell_to_stop(stage_id stage, std::optional<error> why);

  void handle_failure(stage_id stage, const child& c);
  void restart_everything(std::chrono::milliseconds delay);
  void close_down(run_status status, std::optional<error> why);
  void continue_finalizing();
  void continue_closing();
  void finish(run_status status);

  supervisor_actor::pointer self_;
  supervision setup_;
  std::optional<restart_intensity> intensity_;
  phase phase_ = phase::running;
  epoch_number last_life_ = 0;
  std::map<stage_id, child> children_;
  buffer_writer_actor buffer_writer_;
  checkpoint_actor checkpoint_;
  std::map<std::uint32_t, loader_actor> loaders_;
  std::chrono::milliseconds restart_delay_{0};
  pipeline_result result_;
};

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervision s);

}  // namespace ingest::actors
