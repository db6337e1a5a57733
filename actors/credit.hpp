#pragma once

#include <cstdint>

#include "actors/stage.hpp"
#include "ingest/batch.hpp"

namespace ingest::actors {

/// The producer's side of credit-based backpressure on one hop. For each life of the hop the consumer opens a window of
/// bytes, and grants back what it has dealt with; the producer never has more in flight than the window. A message
/// larger than the whole window goes when nothing else is in flight, so that it cannot block the hop for ever.
class credit_account {
 public:
  /// A life begins: nothing is in flight, the whole window may be spent.
  void open(life_number life, std::uint64_t window);

  /// Takes `bytes` from the balance if they may be sent now.
  bool spend(std::uint64_t bytes);

  /// The consumer has dealt with `bytes` that were spent in `life`. Grants of another life are ignored: what they
  /// stand for was forgotten when this one was opened.
  void grant(life_number life, std::uint64_t bytes);

  life_number life() const { return life_; }
  std::uint64_t window() const { return window_; }
  std::uint64_t in_flight() const { return in_flight_; }

  /// What may be spent in one go.
  std::uint64_t balance() const { return in_flight_ >= window_ ? 0 : window_ - in_flight_; }

 private:
  life_number life_ = 0;
  std::uint64_t window_ = 0;
  std::uint64_t in_flight_ = 0;
};

/// What a batch costs: about the memory that it takes on its way, with what messages and allocations take beside its
/// bytes. Credit would bound nothing where batches of a byte cost a byte.
constexpr std::uint64_t credit_overhead = 512;
inline std::uint64_t credit_cost(const batch& b) {
  return b.bytes().size() + b.position.size() + credit_overhead;
}

}  // namespace ingest::actors
