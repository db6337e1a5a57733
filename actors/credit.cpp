#include "actors/credit.hpp"

#include <algorithm>

namespace ingest::actors {

void credit_account::open(life_number life, std::uint64_t window) {
  life_ = life;
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

void credit_account::grant(life_number life, std::uint64_t bytes) {
  if (life == life_) {
    in_flight_ -= std::min(bytes, in_flight_);
  }
}

}  // namespace ingest::actors
