#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ingest/source.hpp"
#include "ingest/testing/contract_case.hpp"

namespace ingest::testing {

/// Counts the bytes of payloads that are alive.
class payload_meter {
 public:
  std::shared_ptr<const std::string> make(std::string bytes) {
    add(bytes.size());
    return {new std::string(std::move(bytes)), [this](const std::string* s) {
              alive_ -= s->size();
              delete s;
            }};
  }
  std::uint64_t peak() const { return peak_; }

 private:
  void add(std::uint64_t bytes) {
    const std::uint64_t now = alive_ += bytes;
    for (std::uint64_t seen = peak_; seen < now && !peak_.compare_exchange_weak(seen, now);) {
    }
  }
  std::atomic<std::uint64_t> alive_ = 0;
  std::atomic<std::uint64_t> peak_ = 0;
};

/// A source that does what a test says, and notes every call that the contract of `source` does not allow. Its batches
/// are numbered from 1; batch n has position "n".
class scripted_source final : public source {
 public:
  explicit scripted_source(expectations& e) : expectations_(e) {}

  // The script; to be set before the run.
  std::uint64_t batches = 3;
  std::function<std::string(std::uint64_t n)> payload = [](std::uint64_t n) { return std::to_string(n) + "\n"; };
  bool marks_last = false;  ///< the last batch says so; otherwise read() returns nothing after it
  payload_meter* meter = nullptr;
  std::function<void()> on_open;  ///< may throw
  std::function<void(std::uint64_t n, const std::stop_token&)>
      on_read;  ///< before batch n, and before the end; may throw

  // What has happened.
  std::atomic<int> opens = 0;
  std::atomic<int> closes = 0;
  std::atomic<std::uint64_t> reads = 0;

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    expectations_.expect(!over_, "the source is opened after the run");
    expectations_.expect(++opens == 1 && closes == 0, "the source is opened again");
    at_ = position ? std::stoull(*position) : 0;
    stop_ = std::move(stop);
    if (on_open) {
      on_open();
    }
    readable_ = true;
  }

  std::optional<batch> read() override {
    ++reads;
    expectations_.expect(readable_ && closes == 0 && !over_, "the source is read where it must not be");
    readable_ = false;  // also when what follows throws
    const std::uint64_t n = at_ + 1;
    if (on_read) {
      on_read(n, stop_);
    }
    if (n > batches) {
      return std::nullopt;
    }
    at_ = n;
    batch b;
    b.data = meter ? meter->make(payload(n)) : std::make_shared<const std::string>(payload(n));
    b.records = 1;
    b.position = std::to_string(n);
    b.last = marks_last && n == batches;
    readable_ = !b.last;
    return b;
  }

  void close() noexcept override {
    expectations_.expect(!over_, "the source is closed after the run");
    expectations_.expect(++closes == 1, "the source is closed again");
  }

  /// To be called when the run is over: nothing may happen after it.
  void end() {
    over_ = true;
    expectations_.expect_equal(closes.load(), 1, "the number of times the source was closed");
  }

  std::string text() const {
    std::string all;
    for (std::uint64_t n = 1; n <= batches; ++n) {
      all += payload(n);
    }
    return all;
  }

 private:
  expectations& expectations_;
  std::stop_token stop_;
  std::uint64_t at_ = 0;
  std::atomic<bool> readable_ = false;
  std::atomic<bool> over_ = false;
};

}  // namespace ingest::testing
