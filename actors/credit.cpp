#include "actors/credit.hpp"

#include <algorithm>

namespace ingest::actors {

void credit_account::open(epoch_number epoch, std::uint64_t window) {
  epoch_ = epoch;
  window_ = window;
  in_flight_ = 0;
}

bool credit_account::spend(std::uint64_t bytes) {
  if (bytes > balance() && in_flight_ > 0) {
    return false;
  }
  if (window_ == 0) {
    return false;
  }
  in_flight_ += bytes;
  return true;
}

void credit_account::grant(epoch_number epoch, std::uint64_t bytes) {
  if (epoch == epoch_) {
    in_flight_ -= std::min(bytes, in_flight_);
  }
}

}  // namespace ingest::actors
