// Credit: never more in flight than granted, nothing leaks over lives.
#include "properties/property.hpp"

#include "actors/credit.hpp"

using ingest::actors::credit_account;

namespace {

/// What happens to an account, drawn at random: the producer wants to send, the consumer grants what it was sent in
/// this or an older life, a stage is restarted.
struct step {
  enum class kind { send, grant, grant_of_older_life, restart } what;
  std::uint64_t bytes;
};

void showValue(const step& s, std::ostream& out) {
  constexpr const char* names[] = {"send", "grant", "grant of an older life", "restart with a window of"};
  out << names[static_cast<int>(s.what)] << ' ' << s.bytes;
}

rc::Gen<std::vector<step>> steps() {
  const auto kinds = rc::gen::weightedElement<step::kind>(
      {{6, step::kind::send}, {6, step::kind::grant}, {1, step::kind::grant_of_older_life}, {1, step::kind::restart}});
  const auto bytes = rc::gen::inRange<std::uint64_t>(1, 200);
  return rc::gen::container<std::vector<step>>(rc::gen::construct<step>(kinds, bytes));
}

/// What the consumer has been sent in this life and not yet granted back, kept apart from the account.
struct consumer {
  std::uint64_t life = 1;
  std::uint64_t window = 100;
  std::uint64_t owed = 0;
};

void take(const step& s, credit_account& account, consumer& other) {
  switch (s.what) {
    case step::kind::send:
      if (account.spend(s.bytes)) {
        RC_ASSERT(other.owed + s.bytes <= other.window || other.owed == 0);
        other.owed += s.bytes;
      } else {
        RC_ASSERT(other.owed > 0 && other.owed + s.bytes > other.window);
      }
      break;
    case step::kind::grant:
      account.grant(other.life, std::min(s.bytes, other.owed));
      other.owed -= std::min(s.bytes, other.owed);
      break;
    case step::kind::grant_of_older_life:
      account.grant(other.life - 1, s.bytes);
      break;
    case step::kind::restart:
      other = {other.life + 1, s.bytes, 0};
      account.open(other.life, other.window);
      break;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credit_properties)

RC_BOOST_PROP(what_is_in_flight_is_what_the_consumer_owes_whatever_happens, ()) {
  credit_account account;
  consumer other;
  account.open(other.life, other.window);
  for (const step& s : *steps()) {
    take(s, account, other);
    RC_ASSERT(account.in_flight() == other.owed);
    RC_ASSERT(account.balance() == (other.owed >= other.window ? 0 : other.window - other.owed));
  }
}

RC_BOOST_PROP(once_all_is_granted_back_the_whole_window_may_be_spent_again, ()) {
  credit_account account;
  consumer other;
  account.open(other.life, other.window);
  for (const step& s : *steps()) {
    take(s, account, other);
  }
  account.grant(other.life, other.owed);
  RC_ASSERT(account.balance() == other.window);
  RC_ASSERT(account.spend(other.window));
}

BOOST_AUTO_TEST_SUITE_END()
