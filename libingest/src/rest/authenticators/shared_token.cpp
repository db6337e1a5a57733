#include "rest/authenticators/shared_token.hpp"

#include <utility>

#include "ingest/log.hpp"
#include "rest/authenticators/token_asking.hpp"

namespace ingest::rest {

shared_token::shared_token(obtaining obtain, timing time, std::optional<held> first)
    : obtain_(std::move(obtain)), time_(std::move(time)), held_(std::move(first)) {
  if (held_) {
    log::add_secret(held_->text);
  }
}

// With mutex_ held.
std::optional<issued_token> shared_token::valid_one() const {
  return held_ && time_.wall() <= held_->expires ? std::optional(issued_token{held_->text, number_}) : std::nullopt;
}

issued_token shared_token::token(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (auto valid = valid_one()) {
      return std::move(*valid);
    }
    if (!asking_) {
      break;
    }
    if (!changed_.wait(lock, stop, [this] { return !asking_; })) {
      throw error(errc::cancelled, "stop requested while waiting for a token");
    }
  }
  asking_ = true;
  lock.unlock();
  held obtained;
  const auto settle = [&] {
    lock.lock();
    asking_ = false;
    changed_.notify_all();
  };
  try {
    const token_asking asking;
    obtained = obtain_(stop);
    log::add_secret(obtained.text);
  } catch (...) {
    settle();
    throw;
  }
  settle();
  issued_token issued{obtained.text, ++number_};
  held_ = std::move(obtained);
  return issued;
}

bool shared_token::renew(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  if (number == number_) {
    held_.reset();
  }
  return true;
}

}  // namespace ingest::rest
