#pragma once

#include <memory>
#include <optional>

#include "actors/crew.hpp"
#include "actors/restart_intensity.hpp"

namespace ingest::actors {

/// Has the stages started; has failed ones started again; brings the run to one end: finalize when everything is
/// loaded, or abort, or an orderly stop.
///
/// A failed reader or loader is replaced alone where that loses and repeats nothing. Otherwise all stages are ended and
/// started anew: with a durable buffer from what is durable, along the same path as after a crash of the process, and
/// without one from the beginning, if no sink has kept anything.
class supervisor_state {
 public:
  explicit supervisor_state(supervisor_actor::pointer self) : self_(self) {}

  void begin(supervision s);
  void record(const stage_failed& m);
  void record(const stage_done& m);
  void handle_death(const stage_down& m);
  void finalize(const buffer_drained& m);
  void give_up_slice(const cannot_resume& m);
  void restart(const restart_due& m);
  void request_stop();
  void end_patience();
  void fail(const error& why) { close_down(stream_status::failed, why); }

 private:
  enum class phase { running, restarting_all, finalizing, closing, ended };

  // Restarts
  void handle_failure(stage_id stage, const crew::child& c);
  bool can_be_replaced_alone(stage_id stage) const;
  void restart_everything(std::chrono::milliseconds delay, const error& why);
  bool can_begin_anew() const;
  void refuse_to_begin_anew();
  void end_generation();

  // Ends
  void close_down(stream_status status, std::optional<error> why);
  void continue_finalizing();
  void continue_closing();
  void finish(stream_status status);

  const pipeline_spec& spec() const { return setup_.run->spec; }

  supervisor_actor::pointer self_;
  supervision setup_;
  std::optional<restart_intensity> intensity_;
  phase phase_ = phase::running;
  bool stop_waits_ = false;  ///< a stop came while sinks were being finalized
  std::unique_ptr<crew> crew_;
  std::chrono::milliseconds restart_delay_{0};
  std::optional<error> last_failure_;
  std::optional<error> restart_cause_;  ///< of the restart of everything that is going on
  stream_result result_;
};

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervision s);

}  // namespace ingest::actors
