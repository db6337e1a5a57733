#pragma once

#include <cstdint>
#include <string>

#include "demo_api/event_store.hpp"
#include "demo_api/random.hpp"

namespace demo_api {

class event_writer;

/// What the generated events are like. Rates are percentages of the events.
struct generator_settings {
  std::uint64_t events = 200'000;
  std::uint64_t seed = 1;
  timestamp_ms from = 1'766'966'400'000;   ///< 2025-12-29T00:00:00Z; no event is older
  timestamp_ms until = 1'769'558'400'000;  ///< 2026-01-28T00:00:00Z; all events are older
  double nasty = 0;                        ///< legal JSON that careless code breaks on
  double nul = 0;                          ///< a \u0000, which PostgreSQL's jsonb refuses
  double no_id = 0;                        ///< no "id"
};

/// Events computed from their number whenever they are asked for: any number of them takes no memory, and the same
/// settings give the same bytes. Sessions (a fiftieth of the events) are runs of neighbours in time; each belongs to
/// one of the users (a thousandth of the events).
class event_generator final : public event_store {
 public:
  explicit event_generator(const generator_settings& settings);

  std::size_t size() const override { return settings_.events; }
  timestamp_ms timestamp(std::size_t index) const override;
  std::string key(std::size_t index) const override;
  void append(std::size_t first, std::size_t last, char separator, std::string& out) const override;

 private:
  void append_event(std::size_t index, std::string& out) const;
  void write_ids(std::size_t index, std::uint64_t session, event_writer& w) const;
  void write_time_and_session(std::size_t index, std::uint64_t session, event_writer& w) const;
  timestamp_ms slot_start(std::uint64_t slot) const;

  generator_settings settings_;
  std::uint64_t sessions_;
  std::uint64_t users_;
  random_table id_high_, id_low_, session_high_, session_low_, user_high_, user_low_;
  random_table traits_, session_traits_, jitter_, nasty_, nul_, no_id_;
};

}  // namespace demo_api
