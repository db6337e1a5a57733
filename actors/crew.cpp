#include "actors/crew.hpp"

#include <thread>

#include "actors/buffer_writer.hpp"
#include "actors/checkpoint.hpp"
#include "actors/loader.hpp"
#include "actors/memory_buffer.hpp"
#include "actors/reader.hpp"
#include "actors/transform_worker.hpp"
#include "actors/transformer.hpp"

namespace ingest::actors {

namespace {

constexpr stage_id the_buffer_writer{stage_kind::buffer_writer, 0};
constexpr stage_id the_memory_buffer{stage_kind::memory_buffer, 0};
constexpr stage_id the_checkpoint{stage_kind::checkpoint, 0};

std::uint32_t workers_of(const pipeline_spec& spec) {
  if (spec.transform_workers > 0) {
    return static_cast<std::uint32_t>(spec.transform_workers);
  }
  return std::max(2u, std::thread::hardware_concurrency()) - 1;
}

}  // namespace

std::size_t threads_of(const pipeline_spec& spec) {
  constexpr std::size_t of_the_actor_system = 6;  // its worker, clock and starter of threads, and some to spare
  constexpr std::size_t of_the_buffer = 2;
  const std::size_t readers = spec.make_source ? readers_at_a_time(spec) : 0;
  const bool transforms = spec.make_source && spec.make_transforms;
  return of_the_actor_system + of_the_buffer + loaders_of(spec) + readers +
         (transforms ? readers + workers_of(spec) : 0);
}

template <class Function, class... Neighbours>
auto crew::launch(stage_id id, Function behavior, Neighbours... neighbours) {
  child& c = begin(id);
  const supervisor_actor supervisor(self_);
  stage_context context{id, c.life, supervisor, c.stop.get_token(), setup_.run, &setup_.run->spec};
  auto started =
      spawn_stage(self_->home_system(), setup_.detached, behavior, std::move(context), std::move(neighbours)...);
  c.handle = started;
  on_death(started, [supervisor, id, life = c.life] { post(supervisor, stage_down{id, life}); });
  if (setup_.on_start) {
    setup_.on_start(id, started);
  }
  count_stages();
  return started;
}

void crew::start_all() {
  setup_.run->desk.reset();
  transformers_.clear();
  start_buffer();
  for (std::uint32_t i = 0; i < loaders_of(spec()); ++i) {
    start_loader(i, false);
  }
  start_workers();
  if (spec().make_source) {
    for (std::uint32_t i = 0; i < readers_at_a_time(spec()); ++i) {
      if (spec().make_transforms) {
        transformers_[i] = launch({stage_kind::transformer, i}, transformer, buffer_, workers_);
      }
      start_reader(i);
    }
  }
}

void crew::start_buffer() {
  if (!spec().buffer) {
    buffer_ = launch(the_memory_buffer, memory_buffer);
    return;
  }
  checkpoint_ = launch(the_checkpoint, checkpoint);
  const buffer_writer_actor writer = launch(the_buffer_writer, buffer_writer, progress_log(checkpoint_));
  post(checkpoint_, attach_buffer{writer});
  post(writer, begin_work{});
  buffer_ = writer;
}

void crew::start_workers() {
  workers_.clear();
  if (spec().make_transforms && spec().make_source) {
    for (std::uint32_t i = 0; i < workers_of(spec()); ++i) {
      workers_.push_back(launch({stage_kind::transform_worker, i}, transform_worker));
    }
  }
}

/// A transformer that has passed on all of its reader's slices has ended; then the buffer itself tells a new life of
/// the reader so.
void crew::start_reader(std::uint32_t reader) {
  const bool transforms = is_alive({stage_kind::transformer, reader});
  post(launch({stage_kind::reader, reader}, actors::reader,
              transforms ? page_target(transformers_[reader]) : page_target(buffer_)),
       take_slice{});
}

void crew::start_loader(std::uint32_t index, bool finalizing) {
  const loader_actor started = launch({stage_kind::loader, index}, loader, range_source(buffer_),
                                      spec().buffer ? progress_log(checkpoint_) : progress_log());
  loaders_[index] = started;
  post(started, begin_work{});
  if (finalizing) {
    post(started, finalize_sink{});
  }
}

void crew::replace(stage_id stage, bool finalizing) {
  if (stage.kind == stage_kind::loader) {
    start_loader(stage.index, finalizing);
  } else if (!finalizing) {
    start_reader(stage.index);
  }
}

void crew::end(child& c) {
  children::end(c);
  count_stages();
}

void crew::detach_loader(std::uint32_t loader, life_number life) {
  post(buffer_, ingest::actors::detach_loader{loader, life});
}

void crew::finalize_sinks() {
  for (const auto& [index, handle] : loaders_) {
    if (is_alive({stage_kind::loader, index})) {
      post(handle, finalize_sink{});
    }
  }
}

bool crew::close_checkpoint(run_status status, const std::string& reason) {
  child* state = find(the_checkpoint);
  if (state == nullptr || !state->alive) {
    return true;
  }
  if (!std::exchange(state->told, true)) {
    post(checkpoint_, close_run{status, reason});
  }
  return false;
}

stage_kind crew::buffer_kind() const {
  return spec().buffer ? stage_kind::buffer_writer : stage_kind::memory_buffer;
}

bool crew::is_alive(stage_id stage) {
  const child* c = find(stage);
  return c != nullptr && c->alive;
}

void crew::count_stages() {
  metrics& counters = *spec().metrics;
  counters.readers_running = count_alive(stage_kind::reader);
  counters.transformers_running = count_alive(stage_kind::transformer);
  counters.loaders_running = count_alive(stage_kind::loader);
}

}  // namespace ingest::actors
