#include "demo_api/access_tokens.hpp"

#include "demo_api/event_writer.hpp"
#include "demo_api/random.hpp"

namespace demo_api {

std::string access_tokens::issue(clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t number = issued_++;
  // The clock is mixed in, so that a token of an earlier server on the same port is not taken for one of this.
  const auto moment = static_cast<std::uint64_t>(now.time_since_epoch().count());
  auto token = "st_" + uuid_text(random_table(seed_, 200)[number] ^ moment, random_table(seed_, 201)[number]);
  expiry_.emplace(token, now + lifetime_);
  return token;
}

bool access_tokens::valid(const std::string& token, clock::time_point now) const {
  const std::scoped_lock lock(mutex_);
  const auto found = expiry_.find(token);
  return found != expiry_.end() && now < found->second;
}

bool access_tokens::revoke(const std::string& token) {
  const std::scoped_lock lock(mutex_);
  return expiry_.erase(token) > 0;
}

}  // namespace demo_api
