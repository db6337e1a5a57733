#include "actors/range_dealer.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "support/simulated_system.hpp"

using namespace ingest::actors;
using ingest::testing::simulated_system;

namespace {

using offers = std::vector<range_offer>;
using turns = std::set<std::uint64_t>;

/// Takes down what it is offered, and what it may write.
range_sink::behavior_type loader_of(range_sink::pointer, offers* to, turns* had) {
  return {[to](const range_offer& m) { to->push_back(m); }, [had](const range_turn& m) { had->insert(m.number); }};
}

/// Loaders in an actor system of their own, a dealer, and tasks that are numbered as they are asked for.
struct market {
  explicit market(ingest::write_order order = ingest::write_order::any) : dealer(order) {
    for (std::size_t i = 0; i < offered.size(); ++i) {
      sinks.push_back(system.system().spawn(loader_of, &offered[i], &had_turn[i]));
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

  using keys = std::optional<std::vector<std::uint64_t>>;

  /// The loader tells the keys of what it was offered last.
  void tell(std::uint32_t loader, life_number life, const keys& which, std::uint64_t rule = 1) {
    dealer.note_keys(
        {loader, life, offered[loader].back().number,
         which ? std::make_shared<const ingest::record_keys>(ingest::record_keys{rule, *which}) : nullptr});
    while (system.deliver_one()) {
    }
  }

  /// Whether it may write what it was offered last.
  bool may_write(std::uint32_t loader) const { return had_turn[loader].contains(offered[loader].back().number); }

  void complete(std::uint32_t loader, life_number life) {
    dealer.complete({loader, life, offered[loader].back().number});
    while (system.deliver_one()) {
    }
  }

  simulated_system system{1};
  std::array<offers, 2> offered;
  std::array<turns, 2> had_turn;
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

namespace {

/// Two loaders that hold one task each, in the order of keys.
struct market_of_keys : market {
  market_of_keys() : market(ingest::write_order::of_keys) {
    costs = {10, 10, 10};
    attach(0, 1, 10);
    deal();
    attach(1, 1, 10);
    deal();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(in_the_order_of_keys, market_of_keys)

BOOST_AUTO_TEST_CASE(tasks_with_other_keys_are_written_side_by_side) {
  tell(0, 1, {{1, 5, 9}});
  BOOST_TEST(may_write(0));
  tell(1, 1, {{2, 6}});
  BOOST_TEST(may_write(1));
}

BOOST_AUTO_TEST_CASE(a_task_waits_until_those_before_it_have_told_their_keys) {
  tell(1, 1, {{2}});
  BOOST_TEST(!may_write(1));
  tell(0, 1, {{1}});
  BOOST_TEST(may_write(1));
}

BOOST_AUTO_TEST_CASE(a_task_with_a_key_of_one_before_it_waits_until_that_is_written) {
  tell(0, 1, {{1, 5, 9}});
  tell(1, 1, {{2, 9}});
  BOOST_TEST(!may_write(1));
  complete(0, 1);
  BOOST_TEST(may_write(1));
}

BOOST_AUTO_TEST_CASE(keys_that_were_told_by_different_rules_may_be_any) {
  tell(0, 1, {{1}}, 1);
  tell(1, 1, {{2}}, 2);
  BOOST_TEST(!may_write(1));
}

BOOST_AUTO_TEST_CASE(a_task_whose_keys_hold_no_more_waits_for_a_turn_again) {
  tell(0, 1, {{1}});
  tell(1, 1, {{2}});
  BOOST_TEST(may_write(1));
  had_turn[1].clear();
  tell(1, 1, {});
  BOOST_TEST(!may_write(1));
  complete(0, 1);
  BOOST_TEST(may_write(1));
}

BOOST_AUTO_TEST_CASE(a_loader_holds_two_tasks_at_the_most) {
  costs.assign(20, 1);
  complete(0, 1);
  complete(1, 1);
  deal();
  BOOST_TEST(given(0).size() == 3u);
  BOOST_TEST(given(1).size() == 3u);
  complete(1, 1);
  deal();
  BOOST_TEST(given(0).size() == 3u);
  BOOST_TEST(given(1).size() == 4u);
}

BOOST_AUTO_TEST_CASE(what_has_keys_that_nobody_knows_is_written_alone) {
  tell(0, 1, {});
  BOOST_TEST(may_write(0));
  tell(1, 1, {{2}});
  BOOST_TEST(!may_write(1));
  complete(0, 1);
  BOOST_TEST(may_write(1));
  deal();
  tell(0, 1, {});
  BOOST_TEST(!may_write(0));
  complete(1, 1);
  BOOST_TEST(may_write(0));
}

BOOST_AUTO_TEST_CASE(what_a_dead_loader_held_is_still_in_front_and_has_to_wait_for_a_turn_again) {
  tell(0, 1, {{1}});
  dealer.detach(detach_loader{0, 1});
  tell(1, 1, {{1}});
  BOOST_TEST(!may_write(1), "though nobody holds the other");
  attach(0, 2, 10);
  deal();
  BOOST_TEST(given(0) == tasks({1, 1}), boost::test_tools::per_element());
  BOOST_TEST(!may_write(0));
  tell(0, 2, {{1}});
  BOOST_TEST(may_write(0));
  BOOST_TEST(!may_write(1));
  complete(0, 2);
  BOOST_TEST(may_write(1));
}

BOOST_AUTO_TEST_CASE(keys_of_a_life_that_is_over_give_nobody_a_turn) {
  const std::uint64_t number = offered[0].back().number;
  dealer.detach(detach_loader{0, 1});
  attach(0, 2, 10);
  deal();
  dealer.note_keys({0, 1, number, nullptr});
  dealer.note_keys({0, 2, number, nullptr});
  BOOST_TEST(!may_write(0));
}

BOOST_AUTO_TEST_SUITE_END()
