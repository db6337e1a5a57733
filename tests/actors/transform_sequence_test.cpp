#include "actors/transform_sequence.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

using namespace ingest;
using namespace ingest::actors;

namespace {

batch text_batch(const std::string& text) {
  batch b;
  b.data = std::make_shared<const std::string>(text);
  b.position = "after " + text;
  return b;
}

/// Puts its mark behind each batch, drops "drop", and says at the end how many it has seen.
class marker final : public transform {
 public:
  marker(std::string mark, bool parallel) : mark_(std::move(mark)), parallel_(parallel) {}

  std::optional<batch> apply(batch input) override {
    ++seen_;
    if (input.bytes().starts_with("drop")) {
      return std::nullopt;
    }
    input.data = std::make_shared<const std::string>(std::string(input.bytes()) + mark_);
    return input;
  }
  std::optional<batch> finish() override {
    batch b;
    b.data = std::make_shared<const std::string>("seen" + std::to_string(seen_));
    return b;
  }
  bool parallel() const override { return parallel_; }

 private:
  std::string mark_;
  bool parallel_;
  int seen_ = 0;
};

std::shared_ptr<transform> serial(const std::string& mark) {
  return std::make_shared<marker>(mark, false);
}
std::shared_ptr<transform> parallel(const std::string& mark) {
  return std::make_shared<marker>(mark, true);
}

/// A sequence whose tasks wait until the test lets them be done.
struct fixture {
  explicit fixture(const transform_list& transforms)
      : sequence(
            transforms, [this](transform_task t) { tasks.push_back(std::move(t)); },
            [this](transform_item i) { output.push_back(std::move(i)); }) {}

  void push(const std::string& text) {
    transform_item item;
    item.content = text_batch(text);
    item.cost = text.size();
    sequence.push(std::move(item));
  }
  void end() {
    transform_item item;
    item.end = true;
    sequence.push(std::move(item));
  }
  void complete(std::size_t i) {
    transform_task t = std::move(tasks[i]);
    tasks.erase(tasks.begin() + static_cast<std::ptrdiff_t>(i));
    sequence.complete(t.section, t.ticket, apply_transforms(*t.transforms, 0, std::move(t.input)));
  }
  std::string text() const {
    std::string all;
    for (const transform_item& i : output) {
      all += i.end ? "end" : i.content ? std::string(i.content->bytes()) : "-";
      all += ' ';
    }
    return all;
  }

  std::vector<transform_task> tasks;
  std::vector<transform_item> output;
  transform_sequence sequence;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sequence_of_transforms)

BOOST_AUTO_TEST_CASE(no_transforms_change_nothing) {
  fixture f({});
  f.push("1");
  f.end();
  BOOST_TEST(f.text() == "1 end ");
}

BOOST_AUTO_TEST_CASE(serial_transforms_are_applied_at_once_and_in_order) {
  fixture f({serial("a"), serial("b")});
  f.push("1");
  BOOST_TEST(f.text() == "1ab ");
  f.push("2");
  f.end();
  BOOST_TEST(f.text() == "1ab 2ab seen2b seen3 end ");
  BOOST_TEST(f.tasks.empty());
}

BOOST_AUTO_TEST_CASE(results_that_come_in_another_order_go_out_in_the_order_of_the_input) {
  fixture f({parallel("p")});
  f.push("1");
  f.push("2");
  f.push("3");
  f.end();
  f.complete(2);
  f.complete(1);
  BOOST_TEST(f.text().empty());
  f.complete(0);
  BOOST_TEST(f.text() == "1p 2p 3p seen3 end ");
}

BOOST_AUTO_TEST_CASE(neighbours_that_may_run_in_parallel_are_one_task) {
  fixture f({parallel("p"), parallel("q")});
  f.push("1");
  BOOST_TEST(f.tasks.size() == 1u);
  f.complete(0);
  BOOST_TEST(f.text() == "1pq ");
}

BOOST_AUTO_TEST_CASE(what_is_dropped_keeps_its_cost_and_where_nothing_is_held_back_its_position) {
  fixture dropping({parallel("p")});
  dropping.push("drop");
  dropping.complete(0);
  BOOST_TEST(dropping.output.at(0).position == "after drop");
  BOOST_TEST(dropping.output.at(0).cost == 4u);

  fixture holding({serial("s")});
  holding.push("drop");
  BOOST_TEST(holding.output.at(0).position == "");
  BOOST_TEST(holding.output.at(0).cost == 4u);

  fixture both({parallel("p"), serial("s")});
  both.push("drop");
  both.complete(0);
  BOOST_TEST(both.output.at(0).position == "");
}

BOOST_AUTO_TEST_CASE(any_order_of_completion_gives_the_same_output) {
  const auto transforms = [] {
    return transform_list{parallel("a"), serial("b"), parallel("c"), parallel("d"), serial("e")};
  };
  std::string expected;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    fixture f(transforms());
    for (int i = 0; i < 20; ++i) {
      f.push(i % 7 == 3 ? "drop" : std::to_string(i));
      while (!f.tasks.empty() && random() % 2 == 0) {
        f.complete(random() % f.tasks.size());
      }
    }
    f.end();
    while (!f.tasks.empty()) {
      f.complete(random() % f.tasks.size());
    }
    expected = expected.empty() ? f.text() : expected;
    BOOST_TEST_REQUIRE(f.text() == expected);
    std::uint64_t cost = 0;
    for (const transform_item& i : f.output) {
      cost += i.cost;
    }
    BOOST_TEST(cost == 37u, "credit was lost or made");
  }
  BOOST_TEST(expected.ends_with("end "));
  BOOST_TEST(std::count(expected.begin(), expected.end(), '-') == 3);
}

BOOST_AUTO_TEST_SUITE_END()
