#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::testing {

/// What a simulated world can do to the job.
enum class fault {
  stage_killed,
  process_killed,
  power_lost,
  stop_asked,
  sync_failed,
  io_failed,
  disk_full,
  connection_lost,
  server_restarted,
  server_away,
  statement_failed,
  process_paused,
  rival_started,
  started_over,
  read_failed,
  cursor_expired,
};
inline constexpr std::size_t fault_kinds = static_cast<std::size_t>(fault::cursor_expired) + 1;
std::string_view name_of(fault f);

/// All that chance decides in one world, drawn from one seed, and the log of what happened. Every world has its own
/// kinds of faults, and only so many of them: when they are used up the job has to come to its end.
class schedule {
 public:
  static constexpr std::uint64_t rarest = 300;

  explicit schedule(std::uint64_t seed);

  /// Of a world in which nothing happens.
  static schedule without_faults() {
    schedule s(0);
    s.left_ = 0;
    return s;
  }

  std::uint64_t seed() const { return seed_; }

  /// Evenly drawn from 0 … below - 1.
  std::uint64_t draw(std::uint64_t below) {
    return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random_);
  }

  /// Whether `f` happens now. Noted if it does. At least one in `rarity` times: for what there is seldom occasion for.
  bool occurs(fault f, std::string_view where, std::uint64_t rarity = rarest);

  /// Not counted against the faults of this world: consequences of one that has happened.
  bool one_in(std::uint64_t n) { return draw(n) == 0; }

  void note(std::string_view who, std::string_view what);

  /// An invariant does not hold. Does not throw, for a handler of an actor would catch it.
  void violate(const std::string& what);
  const std::string& violation() const { return violation_; }

  /// The events in order, a line each.
  std::string text() const;

  const std::array<unsigned, fault_kinds>& happened() const { return happened_; }
  unsigned faults_left() const { return left_; }

 private:
  std::uint64_t seed_;
  std::mt19937_64 random_;
  std::array<bool, fault_kinds> enabled_{};
  std::array<unsigned, fault_kinds> happened_{};
  std::uint64_t rarity_;
  unsigned left_;
  std::vector<std::string> events_;
  std::string violation_;
};

}  // namespace ingest::testing
