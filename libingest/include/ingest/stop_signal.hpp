#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "ingest/error.hpp"

namespace ingest {

/// A std::stop_token that can tell why. Cheap to copy; thread-safe.
class stop_signal {
 public:
  /// A signal that never comes.
  stop_signal() = default;

  /// A stop for a reason that nobody tells.
  stop_signal(std::stop_token token) : token_(std::move(token)) {}

  const std::stop_token& token() const { return token_; }
  bool requested() const { return token_.stop_requested(); }

  /// Why the stop was requested: "stop requested" where nobody said.
  std::string reason() const {
    if (reason_) {
      const std::lock_guard lock(reason_->mutex);
      if (reason_->text) {
        return *reason_->text;
      }
    }
    return "stop requested";
  }

  /// The stop as an error: errc::cancelled, with the reason as its message.
  error why() const { return error(errc::cancelled, reason()); }

 private:
  friend class stop_switch;
  struct shared_reason {
    std::mutex mutex;
    std::optional<std::string> text;
  };

  std::stop_token token_;
  std::shared_ptr<shared_reason> reason_;
};

/// The other end of a stop_signal: whoever holds it can stop what listens, from any thread.
class stop_switch {
 public:
  stop_switch() {
    signal_.token_ = source_.get_token();
    signal_.reason_ = std::make_shared<stop_signal::shared_reason>();
  }

  /// Requests the stop. Returns false if that had been done before: the first reason stays.
  bool request(std::string reason) {
    {
      const std::lock_guard lock(signal_.reason_->mutex);
      if (!signal_.reason_->text) {
        signal_.reason_->text = std::move(reason);
      }
    }
    return source_.request_stop();
  }

  const stop_signal& signal() const { return signal_; }

 private:
  std::stop_source source_;
  stop_signal signal_;
};

}  // namespace ingest
