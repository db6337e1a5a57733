#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ingest/stop.hpp"
#include "rest/recordings/exchange_faults.hpp"
#include "rest/recordings/recorded_stream.hpp"
#include "rest/requests/http_transport.hpp"

namespace ingest::rest {

/// The time of a replay: begins when the recording did, and moves on when somebody waits.
class replay_clock {
 public:
  using time_point = std::chrono::system_clock::time_point;

  explicit replay_clock(time_point begin) : state_(std::make_shared<state>()) { state_->now = begin; }

  timing as_timing() const;
  void advance(std::chrono::milliseconds by) const;

 private:
  struct state {
    std::mutex mutex;
    time_point now;
  };
  std::shared_ptr<state> state_;
};

/// Answers the requests of a stream as they were answered when they were recorded: each exchange once, in the order of
/// its slice. What asks for a token is answered as often as it is asked. Opens no connection.
class exchange_player final : public http_transport {
 public:
  /// `mask` knows what stands for secrets.
  exchange_player(exchange_groups groups, std::vector<recorded_exchange> tokens, secret_mask mask,
                  exchange_faults faults, replay_clock clock);

  /// Throws errc::bad_data, with what is different, for a request that is not the next one of its slice.
  exchange send(const http_request& request, const std::string& asked, const std::stop_token& stop) override;

  /// What follows belongs to that slice; "": to the search for slices.
  void enter(const std::string& group);

  std::size_t played() const;

  /// What was recorded and was not asked for, and faults that did not come: a line each.
  std::vector<std::string> remains() const;

 private:
  struct track {
    exchange_group recorded;
    std::size_t before = 0;  // exchanges in groups before this one
    std::size_t next = 0;
  };

  exchange answer_for_token(const recorded_exchange& asked);
  track& current();
  exchange made_of(exchange_fault fault, const std::string& asked) const;

  mutable std::mutex mutex_;
  std::vector<track> tracks_;
  std::vector<recorded_exchange> tokens_;
  std::vector<bool> given_;  // which of the tokens
  secret_mask mask_;
  exchange_faults faults_;
  replay_clock clock_;
  std::string group_;
};

}  // namespace ingest::rest
