// How many messages a second go from one actor to another under credit? A page holds thousands of events, so the
// pipeline itself needs some hundreds; this is the price of splitting work that finely.

#include <benchmark/benchmark.h>

#include <future>

#include "actors/credit.hpp"
#include "actors/messages.hpp"

namespace {

using namespace ingest::actors;
using config = system_config<caf::id_block::ingest_actors>;

constexpr std::uint64_t page_bytes = 100;

/// Sends pages for as long as its credit lasts, as a reader does.
struct sender_state {
  explicit sender_state(page_source::pointer self) : self_(self) {}

  void begin(std::uint64_t total, page_target writer, std::promise<void>* done) {
    writer_ = std::move(writer);
    left_to_send_ = left_to_settle_ = total;
    done_ = done;
    page_.data = std::make_shared<const std::string>(page_bytes, 'x');
    page_.records = 1;
  }

  void start(const start_reading& m) {
    post(writer_, begin_slice{0, m.life, {}, {}, page_source(self_)});
    credit_.open(m.life, m.window);
    send();
  }

  void settle(const page_credit& m) {
    credit_.grant(m.life, m.bytes);
    left_to_settle_ -= m.bytes / page_bytes;
    if (left_to_settle_ == 0) {
      done_->set_value();
      self_->quit();
      return;
    }
    send();
  }

  void send() {
    while (left_to_send_ > 0 && credit_.spend(page_bytes)) {
      post(writer_, page_batch{0, credit_.life(), {}, page_, page_bytes});
      --left_to_send_;
    }
  }

 private:
  page_source::pointer self_;
  std::uint64_t left_to_send_ = 0;
  std::uint64_t left_to_settle_ = 0;
  std::promise<void>* done_ = nullptr;
  ingest::batch page_;
  page_target writer_;
  credit_account credit_;
};

page_source::behavior_type sender(page_source::stateful_pointer<sender_state> self, std::uint64_t total,
                                  page_target writer, std::promise<void>* done) {
  state_of(self).begin(total, std::move(writer), done);
  return {[self](const start_reading& m) { state_of(self).start(m); },
          [self](const page_credit& m) { state_of(self).settle(m); }};
}

/// Gives credit back for `together` pages at a time, as the buffer_writer does after a sync.
struct receiver_state {
  void begin(std::uint64_t together) { together_ = together; }
  void answer(const begin_slice& m) { to_ = m.answer_to; }

  void take(const page_batch& m) {
    owed_ += m.records.bytes().size();
    if (++pages_ % together_ == 0) {
      post(to_, page_credit{m.life, owed_});
      owed_ = 0;
    }
  }

 private:
  page_source to_;
  std::uint64_t together_ = 1;
  std::uint64_t pages_ = 0;
  std::uint64_t owed_ = 0;
};

page_target::behavior_type receiver(page_target::stateful_pointer<receiver_state> self, std::uint64_t together) {
  state_of(self).begin(together);
  return {[self](const begin_slice& m) { state_of(self).answer(m); },
          [self](const page_batch& m) { state_of(self).take(m); }, [self](const input_over&) { self->quit(); }};
}

/// Hands `total` pages over, with a window of 64 pages, each actor in a thread of its own, as stages are.
void hand_over(benchmark::State& state) {
  constexpr std::uint64_t total = 1 << 18;
  config::initialise_types();
  config settings;
  caf::actor_system system(settings);
  for (auto _ : state) {
    std::promise<void> done;
    const page_target to = spawn_stage(system, true, receiver, static_cast<std::uint64_t>(state.range(0)));
    const page_source from = spawn_stage(system, true, sender, total, to, &done);
    post(from, start_reading{1, {}, 64 * page_bytes, std::nullopt, false});
    done.get_future().get();
    post(to, input_over{});
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * total));
}
BENCHMARK(hand_over)->ArgName("pages_a_grant")->Arg(1)->Arg(16)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace
