#include "demo_api/rest/auth/issued_tokens.hpp"

#include <limits>
#include <utility>

#include "demo_api/event_writer.hpp"
#include "demo_api/random.hpp"

namespace demo_api::rest {

issued_tokens::issued_tokens(settings& s, std::string prefix)
    : prefix_(std::move(prefix)),
      lifetime_s_(s.number("expires_s", 3600, 1'000'000'000)),
      uses_(s.number("expires_requests", 0)) {
  if (uses_ == 0) {
    uses_ = std::numeric_limits<std::uint64_t>::max();
  }
}

std::string issued_tokens::issue() {
  const std::scoped_lock lock(mutex_);
  const auto now = clock::now();
  std::erase_if(lives_, [now](const auto& one) { return one.second.end <= now || one.second.uses_left == 0; });
  const std::uint64_t bits = scramble(issued_++);
  std::string token = prefix_ + uuid_text(bits, scramble(bits));
  lives_[token] = {now + std::chrono::seconds(lifetime_s_), uses_};
  return token;
}

bool issued_tokens::admit(const std::string& token) {
  const std::scoped_lock lock(mutex_);
  const auto at = lives_.find(token);
  if (at == lives_.end() || at->second.end <= clock::now() || at->second.uses_left == 0) {
    return false;
  }
  --at->second.uses_left;
  return true;
}

void issued_tokens::expire_all() {
  const std::scoped_lock lock(mutex_);
  lives_.clear();
}

}  // namespace demo_api::rest
