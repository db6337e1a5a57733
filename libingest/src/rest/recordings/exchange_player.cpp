#include "rest/recordings/exchange_player.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"
#include "rest/authenticators/token_asking.hpp"

namespace ingest::rest {

namespace {

constexpr std::chrono::milliseconds longest_request = std::chrono::seconds(60);

std::string place_of(const std::string& group) {
  return group.empty() ? "the search for slices" : "slice " + group;
}

[[noreturn]] void refuse(const std::string& what) {
  throw error(errc::bad_data, what, false);
}

}  // namespace

timing replay_clock::as_timing() const {
  timing t;
  t.wall = [s = state_] {
    const std::lock_guard lock(s->mutex);
    return s->now;
  };
  t.now = [wall = t.wall] { return timing::clock::time_point(wall().time_since_epoch()); };
  t.wait = [clock = *this](std::chrono::milliseconds wait, const std::stop_token& stop) {
    clock.advance(wait);
    return !stop.stop_requested();
  };
  return t;
}

void replay_clock::advance(std::chrono::milliseconds by) const {
  const std::lock_guard lock(state_->mutex);
  state_->now += by;
}

exchange_player::exchange_player(exchange_groups groups, std::vector<recorded_exchange> tokens, secret_mask mask,
                                 exchange_faults faults, replay_clock clock)
    : tokens_(std::move(tokens)),
      given_(tokens_.size()),
      mask_(std::move(mask)),
      faults_(std::move(faults)),
      clock_(std::move(clock)) {
  std::size_t before = 0;
  for (exchange_group& group : groups) {
    const std::size_t count = group.exchanges.size();
    tracks_.push_back({std::move(group), before, 0});
    before += count;
  }
}

exchange exchange_player::send(const http_request& request, const std::string&, const std::stop_token& stop) {
  throw_if_stopped(stop);
  const std::lock_guard lock(mutex_);
  secret_mask mask = mask_;
  mask.add_query(request.url);
  mask.add_named(request.body);
  const recorded_exchange asked = recorded_request(request, mask);
  if (token_asking::goes_on()) {
    return answer_for_token(asked);
  }
  track& at = current();
  if (at.next == at.recorded.exchanges.size()) {
    refuse(place_of(group_) + ": exchange " + std::to_string(at.next + 1) + " was not recorded: " + asked.title());
  }
  const recorded_exchange& expected = at.recorded.exchanges[at.next];
  if (!expected.asks_the_same(asked)) {
    const auto later = std::find_if(at.recorded.exchanges.begin() + static_cast<std::ptrdiff_t>(at.next),
                                    at.recorded.exchanges.end(), [&](const auto& e) { return e.asks_the_same(asked); });
    const std::string which = place_of(group_) + ": exchange " + std::to_string(at.next + 1);
    if (later != at.recorded.exchanges.end()) {
      refuse(which + " is " + asked.title() + ", which is recorded as exchange " +
             std::to_string(later - at.recorded.exchanges.begin() + 1) + "; recorded here is " + expected.title());
    }
    refuse(which + ", " + asked.title() + ": " + difference(expected, asked));
  }
  if (const auto fault = faults_.find(at.before + at.next + 1); fault != faults_.end()) {
    const exchange_fault what = fault->second;
    faults_.erase(fault);
    return made_of(what, asked.url);
  }
  return at.recorded.exchanges[at.next++].outcome;
}

exchange_player::track& exchange_player::current() {
  const auto found =
      std::find_if(tracks_.begin(), tracks_.end(), [&](const track& t) { return t.recorded.slice == group_; });
  if (found == tracks_.end()) {
    refuse("no exchange of " + place_of(group_) + " was recorded");
  }
  return *found;
}

/// Of several for one request each in its turn, and the last one again and again.
exchange exchange_player::answer_for_token(const recorded_exchange& asked) {
  const recorded_exchange* last = nullptr;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i].asks_the_same(asked)) {
      last = &tokens_[i];
      if (!given_[i]) {
        given_[i] = true;
        break;
      }
    }
  }
  if (last == nullptr) {
    refuse("the request for a token was not recorded: " + asked.title() +
           (tokens_.empty() ? "" : "; " + difference(tokens_.front(), asked)));
  }
  return last->outcome;
}

exchange exchange_player::made_of(exchange_fault fault, const std::string& asked) const {
  const std::string place = asked.substr(0, asked.find('?'));
  exchange e;
  switch (fault) {
    case exchange_fault::rate_limited:
      e.given.emplace(429, std::vector<http_header>{{"Retry-After", "1"}}, "{}", place);
      break;
    case exchange_fault::expired:
      e.given.emplace(401, std::vector<http_header>(), "{}", place);
      break;
    case exchange_fault::cut:
      e.failure = transport_failure{transport_failure::kind::connection, "the connection was cut, as it was ordered"};
      break;
    case exchange_fault::slow:
      clock_.advance(longest_request);
      e.failure = transport_failure{transport_failure::kind::timeout, "no answer in time, as it was ordered"};
      break;
  }
  return e;
}

void exchange_player::enter(const std::string& group) {
  const std::lock_guard lock(mutex_);
  group_ = group;
}

std::size_t exchange_player::played() const {
  const std::lock_guard lock(mutex_);
  std::size_t all = 0;
  for (const track& t : tracks_) {
    all += t.next;
  }
  return all;
}

std::vector<std::string> exchange_player::remains() const {
  constexpr std::size_t most = 5;
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  std::size_t count = 0;
  for (const track& t : tracks_) {
    for (std::size_t i = t.next; i < t.recorded.exchanges.size(); ++i) {
      if (++count <= most) {
        lines.push_back(place_of(t.recorded.slice) + ": exchange " + std::to_string(i + 1) +
                        " was recorded, and did not come: " + t.recorded.exchanges[i].title());
      }
    }
  }
  if (count > most) {
    lines.push_back("and " + std::to_string(count - most) + " exchanges more that did not come");
  }
  for (const auto& [number, fault] : faults_) {
    lines.push_back("the fault " + std::string(name_of(fault)) + " did not come: there was no exchange " +
                    std::to_string(number));
  }
  return lines;
}

}  // namespace ingest::rest
