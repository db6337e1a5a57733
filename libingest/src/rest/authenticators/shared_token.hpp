#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "ingest/stop.hpp"
#include "rest/authenticators/authenticator.hpp"

namespace ingest::rest {

/// A token that all threads use until it expires or is refused; one of them obtains the next one, the others wait.
class shared_token {
 public:
  using wall_time = std::chrono::system_clock::time_point;

  struct held {
    std::string text;
    wall_time expires = wall_time::max();
  };
  using obtaining = std::function<held(const std::stop_token&)>;

  shared_token(obtaining obtain, timing time, std::optional<held> first = {});

  /// Throws as `obtain` does; whoever waited for that then tries for himself.
  issued_token token(const std::stop_token& stop);

  /// What has this number is used no more.
  bool renew(std::uint64_t number);

 private:
  std::optional<issued_token> valid_one() const;

  obtaining obtain_;
  timing time_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<held> held_;
  std::uint64_t number_ = 0;
  bool asking_ = false;
};

}  // namespace ingest::rest
