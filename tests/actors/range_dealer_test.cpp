#include "actors/range_dealer.hpp"

#include <boost/test/unit_test.hpp>

#include "support/simulated_system.hpp"

using namespace ingest::actors;
using ingest::testing::simulated_system;

namespace {

using offers = std::vector<range_offer>;

/// Takes down what it is offered.
range_sink::behavior_type loader_of(range_sink::pointer, offers* to) {
  return {[to](const range_offer& m) { to->push_back(m); }};
}

/// Loaders in an actor system of their own, a dealer, and tasks that are numbered as they are asked for.
struct market {
  market() {
    for (offers& o : offered) {
      sinks.push_back(system.system().spawn(loader_of, &o));
    }
  }

  void attach(std::uint32_t loader, life_number life, std::uint64_t window) {
    dealer.attach(loader_ready{loader, life, window, sinks.at(loader)}, window);
  }

  void deal() {
    dealer.deal([this]() -> std::optional<load_task> {
      if (asked_for == costs.size()) {
        return std::nullopt;
      }
      load_task t;
      t.cost = costs[asked_for++];
      t.spent = {{7, 1, asked_for}};
      t.pages.pages.resize(1);
      t.pages.pages.front().id = asked_for;
      return t;
    });
    while (system.deliver_one()) {
    }
  }

  /// Which tasks a loader was offered.
  std::vector<std::size_t> given(std::uint32_t loader) const {
    std::vector<std::size_t> tasks;
    for (const range_offer& o : offered[loader]) {
      tasks.push_back(o.pages.pages.front().id);
    }
    return tasks;
  }

  simulated_system system{1};
  std::array<offers, 2> offered;
  std::vector<range_sink> sinks;
  range_dealer dealer;
  std::vector<std::uint64_t> costs;
  std::size_t asked_for = 0;
};

using tasks = std::vector<std::size_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(dealing_out)

BOOST_AUTO_TEST_CASE(asks_for_no_task_before_a_loader_can_take_one) {
  market m;
  m.costs = {1, 1, 1};
  m.deal();
  BOOST_TEST(m.asked_for == 0u);
  m.attach(0, 1, 2);
  m.deal();
  BOOST_TEST(m.asked_for == 2u);
  BOOST_TEST(m.given(0) == tasks({1, 2}), boost::test_tools::per_element());
  BOOST_TEST(!m.dealer.idle());
}

BOOST_AUTO_TEST_CASE(gives_each_task_to_the_loader_that_has_the_most_of_its_window_left) {
  market m;
  m.costs = {30, 10, 10};
  m.attach(0, 1, 100);
  m.attach(1, 1, 90);
  m.deal();
  BOOST_TEST(m.given(0) == tasks({1}), boost::test_tools::per_element());
  BOOST_TEST(m.given(1) == tasks({2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_task_larger_than_the_window_goes_alone) {
  market m;
  m.costs = {1, 500, 1};
  m.attach(0, 1, 100);
  m.deal();
  BOOST_TEST(m.given(0) == tasks({1}), boost::test_tools::per_element());
  BOOST_TEST(m.dealer.complete({0, 1, m.offered[0].back().number})->spent.front().cost == 1u);
  m.deal();
  BOOST_TEST(m.given(0) == tasks({1, 2}), boost::test_tools::per_element());
  BOOST_TEST(m.asked_for == 2u);
  BOOST_TEST(m.dealer.complete({0, 1, m.offered[0].back().number})->spent.front().cost == 2u);
  m.deal();
  BOOST_TEST(m.given(0) == tasks({1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_a_dead_loader_held_is_dealt_out_first_in_its_order_and_uncut) {
  market m;
  m.costs = {40, 40, 40, 40};
  m.attach(0, 1, 80);
  m.deal();
  m.dealer.detach(detach_loader{0, 1});
  m.attach(1, 1, 200);
  m.deal();
  BOOST_TEST(m.given(1) == tasks({1, 2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_life_that_is_over_neither_completes_nor_gives_back) {
  market m;
  m.costs = {1};
  m.attach(0, 1, 10);
  m.deal();
  const std::uint64_t number = m.offered[0].back().number;
  m.dealer.detach(detach_loader{0, 1});
  m.attach(0, 2, 10);
  m.deal();
  BOOST_TEST(!m.dealer.complete({0, 1, number}).has_value());
  BOOST_TEST(!m.dealer.complete({0, 2, number}).has_value());
  m.dealer.detach(detach_loader{0, 1});
  BOOST_TEST(!m.dealer.idle());
  BOOST_TEST(m.dealer.complete({0, 2, m.offered[0].back().number}).has_value());
  BOOST_TEST(m.dealer.idle());
}

BOOST_AUTO_TEST_SUITE_END()
