#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "ingest/sink.hpp"
#include "ingest/testing/contract_case.hpp"

namespace ingest::testing {

/// A sink that keeps what it is given, does besides what a test says, and notes every call that the contract of `sink`
/// does not allow.
class recording_sink final : public sink {
 public:
  explicit recording_sink(expectations& e) : expectations_(e) {}

  // The script; to be set before the run. Each may throw.
  std::function<void()> on_open;
  std::function<void(std::uint64_t n, const batch&)> on_write;  ///< n counts from 1
  std::function<void()> on_finalize;
  std::function<void()> on_abort;

  // What has happened. Plain members are to be looked at after the run.
  std::atomic<int> opens = 0;
  std::atomic<std::uint64_t> writes = 0;
  std::atomic<int> finalizes = 0;
  std::atomic<int> aborts = 0;
  std::string text;  ///< the bytes of the writes that did not throw
  std::uint64_t records = 0;
  std::optional<error> why_aborted;

  void open(std::stop_token) override {
    expectations_.expect(++opens == 1 && state_ == state::fresh && !over_, "the sink is opened where it must not be");
    state_ = state::broken;
    call(on_open);
    state_ = state::open;
  }

  write_outcome write(const batch& b) override {
    const std::uint64_t n = ++writes;
    expectations_.expect(state_ == state::open && !over_, "the sink is written to where it must not be");
    state_ = state::broken;
    if (on_write) {
      on_write(n, b);
    }
    state_ = state::open;
    text += b.bytes();
    records += b.records;
    write_outcome outcome;
    outcome.rows_loaded = b.records;
    return outcome;
  }

  void finalize() override {
    expectations_.expect(++finalizes == 1 && state_ == state::open && !over_,
                         "the sink is finalized where it must not be");
    state_ = state::broken;
    call(on_finalize);
    state_ = state::ended;
  }

  void abort(const error& why) override {
    expectations_.expect(++aborts == 1 && (state_ == state::open || state_ == state::broken) && !over_,
                         "the sink is aborted where it must not be");
    state_ = state::ended;
    why_aborted = why;
    call(on_abort);
  }

  /// To be called when the run is over: nothing may happen after it, and an opened sink has had its end.
  void end() {
    over_ = true;
    expectations_.expect(state_ == state::fresh || state_ == state::ended,
                         "the sink was neither finalized nor aborted");
  }

 private:
  enum class state { fresh, open, broken, ended };  // broken: in a call, or that call has thrown

  static void call(const std::function<void()>& scripted) {
    if (scripted) {
      scripted();
    }
  }

  expectations& expectations_;
  std::atomic<state> state_ = state::fresh;
  std::atomic<bool> over_ = false;
};

}  // namespace ingest::testing
