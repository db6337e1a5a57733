#pragma once

/// All that differs between CAF 0.17 (Debian, Ubuntu) and CAF 1.x stands here, so that the actors are written once.

// GCC 12 takes handles that are copied out of a message for null, once all of CAF 1.x in between is inlined.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnull-dereference"
#endif
#include <caf/all.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <chrono>
#include <utility>

#if defined(CAF_VERSION_MAJOR) && CAF_VERSION_MAJOR >= 1
#define INGEST_CAF_1 1
#else
#define INGEST_CAF_1 0
#endif

namespace ingest::actors {

/// The signature of a handler that answers nothing.
#if INGEST_CAF_1
template <class... Ts>
using accepts = caf::result<void>(Ts...);
#else
template <class... Ts>
using accepts = caf::reacts_to<Ts...>;
#endif

/// Sends without a sender: in CAF 1.x an error in a handler goes back to the sender and would end it.
template <class Handle, class Message>
void post(const Handle& to, Message message) {
#if INGEST_CAF_1
  caf::anon_mail(std::move(message)).send(to);
#else
  caf::anon_send(to, std::move(message));
#endif
}

template <class Self>
decltype(auto) state_of(Self* self) {
#if INGEST_CAF_1
  return (self->state());
#else
  return (self->state);
#endif
}

/// The system's clock, which tests can turn forward.
template <class Self>
caf::actor_clock::time_point time_of(Self* self) {
#if INGEST_CAF_1
  return self->clock().now();
#else
  return self->home_system().clock().now();
#endif
}

/// By the system's clock: anon_mail's own delay() counts by the real one, which a simulated system does not have.
template <class Self, class Handle, class Message>
void post_after(Self* self, std::chrono::milliseconds delay, const Handle& to, Message message) {
#if INGEST_CAF_1
  caf::anon_mail(std::move(message)).schedule(time_of(self) + delay).send(to);
#else
  self->delayed_anon_send(to, delay, std::move(message));
#endif
}

/// Calls `f` once when the actor has ended, for whatever reason; at once if it has ended already. `f` runs in the
/// thread of the dying actor, so it does no more than send a message.
template <class Handle, class F>
void on_death(const Handle& actor, F f) {
  caf::actor_cast<caf::abstract_actor*>(actor)->attach_functor([f = std::move(f)](const caf::error&) { f(); });
}

/// Spawns with a thread of its own where `detached`, else on the scheduler's threads.
template <class Function, class... Ts>
auto spawn_stage(caf::actor_system& system, bool detached, Function function, Ts&&... arguments) {
  return detached ? system.spawn<caf::detached>(function, std::forward<Ts>(arguments)...)
                  : system.spawn(function, std::forward<Ts>(arguments)...);
}

/// The configuration of an actor system that knows our messages and keeps few idle threads: blocking stages bring
/// their own.
template <class IdBlock>
class system_config : public caf::actor_system_config {
 public:
  system_config() {
#if INGEST_CAF_1
    set("caf.scheduler.max-threads", 1u);
#else
    add_message_types<IdBlock>();
    set("scheduler.max-threads", 1u);
#endif
  }

  /// To be called before any actor system is made; only the first call of a process does something, and that only
  /// with CAF 1.x.
  static void initialise_types() {
#if INGEST_CAF_1
    static const bool known = [] {
      caf::core::init_global_meta_objects();
      caf::init_global_meta_objects<IdBlock>();
      return true;
    }();
    static_cast<void>(known);
#endif
  }
};

}  // namespace ingest::actors
