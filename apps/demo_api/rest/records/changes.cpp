#include "demo_api/rest/records/changes.hpp"

#include <algorithm>

namespace demo_api::rest {

changes::changes(settings& s, std::uint64_t seed, collection& of)
    : of_(of),
      choices_(seed, 401),
      per_second_(s.decimal("per_second", 0, 1e6)),
      every_requests_(s.number("every_requests", 0)),
      new_percent_(s.decimal("new_percent", 0, 100)) {}

void changes::catch_up() {
  const std::scoped_lock lock(mutex_);
  ++requests_;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun_;
  const std::uint64_t due = static_cast<std::uint64_t>(passed.count() * per_second_) +
                            (every_requests_ > 0 ? requests_ / every_requests_ : 0);
  for (; due_done_ < due; ++due_done_) {
    make_one();
  }
}

void changes::make(std::uint64_t count) {
  const std::scoped_lock lock(mutex_);
  for (std::uint64_t i = 0; i < count; ++i) {
    make_one();
  }
}

void changes::make_one() {
  const timestamp_ms clock =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  // Later than all before it: behind a page that was given, whatever its last record is.
  const timestamp_ms now = last_ = std::max(clock, last_ + 1);
  const std::uint64_t number = made_++;
  if (choices_.chosen(number, new_percent_)) {
    of_.add(now);
  } else {
    of_.change(choices_[number], now);
  }
}

}  // namespace demo_api::rest
