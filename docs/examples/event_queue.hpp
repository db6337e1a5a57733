// A thread-safe queue that a pipeline reads. A position is the number of events up to there.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

#include "ingest/record_encoder.hpp"
#include "ingest/source.hpp"
#include "ingest/stop.hpp"

class event_queue final : public ingest::source {
 public:
  // How many events an earlier process has made safe; nothing if no more are wanted. Waits until the queue is opened.
  std::optional<std::uint64_t> safe_events() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return opened_ || closed_; });
    return closed_ ? std::nullopt : std::optional(events_);
  }

  // Waits while the queue is full. Returns false if no more are wanted.
  bool push(std::string_view id, std::string_view json) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return rows_.size() < (1 << 20) || closed_; });
    ingest::keyed_encoder().append(id, json, rows_);
    ++events_;
    changed_.notify_all();
    return !closed_;
  }

  void finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    events_ = taken_ = position ? std::stoull(*position) : 0;
    stop_ = stop;
    opened_ = true;
    changed_.notify_all();
  }

  std::optional<ingest::batch> read() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop_, [&] { return !rows_.empty() || finished_; });
    ingest::throw_if_stopped(stop_);
    if (rows_.empty()) {
      return std::nullopt;
    }
    ingest::batch b;
    b.data = std::make_shared<const std::string>(std::exchange(rows_, {}));
    b.records = events_ - std::exchange(taken_, events_);
    b.position = std::to_string(events_);
    changed_.notify_all();
    return b;
  }

  void close() noexcept override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::stop_token stop_;
  std::string rows_;
  std::uint64_t events_ = 0;  // pushed
  std::uint64_t taken_ = 0;   // and read
  bool opened_ = false, finished_ = false, closed_ = false;
};
