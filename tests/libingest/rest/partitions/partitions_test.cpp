// Partitions of streams, and the slices made of them.
#define BOOST_TEST_MODULE partitions
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "rest/cursors/datetime_cursor.hpp"
#include "rest/partitions/list_partitions.hpp"
#include "rest/partitions/partition_groups.hpp"
#include "rest/partitions/partition_product.hpp"
#include "rest/partitions/recent_keys.hpp"
#include "rest/partitions/single_partition.hpp"
#include "rest/partitions/substream_partitions.hpp"
#include "rest/streams/stream_slices.hpp"

namespace {

using namespace ingest::rest;

interpolation text(std::string content) {
  return interpolation(std::move(content), "the router, line 5");
}

const variables& config() {
  static const variables known = [] {
    variables made;
    made.set("config", value::from_json(R"({"shops": ["a", "b"], "name": "shop"})"));
    return made;
  }();
  return known;
}

std::unique_ptr<list_partitions> list_of(const std::string& json, const std::string& field) {
  return std::make_unique<list_partitions>(
      list_partitions_options{value::from_json(json), text(field), {}, "the router, line 5"}, config());
}

/// A parent whose pages are given; counts how often it is read.
class given_parent final : public parent_records {
 public:
  explicit given_parent(std::vector<parent_page> pages) : pages_(std::move(pages)) {}

  void begin() override {
    next_ = 0;
    ++begun;
  }
  std::optional<parent_page> next(const std::stop_token&) override {
    if (next_ == fails_before) {
      fails_before = std::string::npos;
      throw ingest::error(ingest::errc::unavailable, "the parent is away");
    }
    return next_ == pages_.size() ? std::nullopt : std::optional(pages_[next_++]);
  }

  int begun = 0;
  std::size_t fails_before = std::string::npos;  ///< once

 private:
  std::vector<parent_page> pages_;
  std::size_t next_ = 0;
};

parent_page page_of(std::string_view partition, const std::vector<std::string>& records) {
  parent_page page{value::from_json(partition), {}};
  for (const std::string& record : records) {
    page.records.push_back(value::from_json(record));
  }
  return page;
}

std::shared_ptr<given_parent> parent() {
  return std::make_shared<given_parent>(
      std::vector<parent_page>{page_of("{}", {R"({"id":1,"o":{"name":"x"}})", R"({"name":"no id"})"}),
                               page_of("{}", {}), page_of(R"({"shop":"a"})", {R"({"id":2})", R"({"id":1})"})});
}

parent_stream_options child_of(std::shared_ptr<parent_records> records) {
  return {std::move(records), text("id"), text("parent_id"), {}, {}, "the router, line 5"};
}

std::string all_of(partition_router& router) {
  std::string all;
  router.begin();
  while (const auto found = router.next({})) {
    all += found->key() + (found->extra_fields.members().empty() ? "" : found->extra_fields.to_json()) + "\n";
  }
  return all;
}

std::string all_of(stream_slices slices) {
  std::string all;
  while (const auto found = slices.next({})) {
    all += found->slice.name() + " " + found->watermark.value_or("-") + (found->last_of_partition ? "." : "") + "\n";
  }
  return all;
}

std::shared_ptr<const cursor> monthly(bool data_feed = false) {
  datetime_cursor_options of{text("updated"), {text("2024-01-01")}};
  of.end_datetime = min_max_datetime{text("2024-02-15")};
  of.datetime_format = "%Y-%m-%d";
  of.step = text("P1M");
  of.cursor_granularity = "P1D";
  of.is_data_feed = data_feed;
  return std::make_shared<datetime_cursor>(of, std::make_shared<variables>(&config()),
                                           [] { return std::chrono::system_clock::time_point(); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_without_a_router_is_one_partition) {
  single_partition router;
  BOOST_TEST(all_of(router) == "{}\n");
  BOOST_TEST(all_of(router) == "{}\n");
}

BOOST_AUTO_TEST_CASE(a_list_gives_a_partition_an_item) {
  list_partitions router({text("{{ config['shops'] }}"), text("{{ config.name }}"), {}, "here"}, config());
  BOOST_TEST(all_of(router) == "{\"shop\":\"a\"}\n{\"shop\":\"b\"}\n");
  BOOST_CHECK_THROW(list_partitions({text("{{ config.name }}"), text("x"), {}, "here"}, config()), ingest::error);
}

BOOST_AUTO_TEST_CASE(an_item_is_put_into_requests_unless_it_is_empty) {
  const list_partitions router(
      {value::from_json("[1]"), text("id"), request_option(request_option::target::header, {text("X-Id")}), "here"},
      config());
  request_options to;
  router.inject(to, value::from_json(R"({"id":7})"), config());
  BOOST_TEST(value::dict_of(to.headers).to_json() == R"({"X-Id":7})");
  request_options none;
  router.inject(none, value::from_json(R"({"id":0})"), config());
  BOOST_TEST(none.empty());
}

BOOST_AUTO_TEST_CASE(records_of_parents_are_partitions) {
  auto first = child_of(parent());
  first.extra_fields = {{text("o"), text("name")}, {text("nope")}};
  auto second = child_of(std::make_shared<given_parent>(std::vector<parent_page>{page_of("{}", {R"({"a":{"b":9}})"})}));
  second.parent_key = text("a/b");
  second.partition_field = text("other");
  substream_partitions router({first, second}, config());
  const std::string wanted = R"({"parent_id":1,"parent_slice":{}}{"o.name":"x","nope":null})"
                             "\n"
                             R"({"parent_id":2,"parent_slice":{"shop":"a"}}{"o.name":null,"nope":null})"
                             "\n"
                             R"({"parent_id":1,"parent_slice":{"shop":"a"}}{"o.name":null,"nope":null})"
                             "\n"
                             R"({"other":9,"parent_slice":{}})"
                             "\n";
  BOOST_TEST(all_of(router) == wanted);
  BOOST_TEST(all_of(router) == wanted);
  BOOST_CHECK_THROW(substream_partitions({}, config()), ingest::error);
}

BOOST_AUTO_TEST_SUITE(keys_of_parents)

BOOST_AUTO_TEST_CASE(a_key_that_is_empty_is_none_in_the_short_spelling) {
  const auto partitions = [](bool spelled) {
    auto one = child_of(std::make_shared<given_parent>(std::vector<parent_page>{
        page_of("{}", {R"({"id":null})", R"({"id":""})", R"({"x":1})", R"({"id":0})", R"({"id":"a"})"})}));
    one.extra_fields_tell_apart = spelled;
    substream_partitions router({one}, config());
    return all_of(router);
  };
  BOOST_TEST(partitions(true) == R"({"parent_id":0,"parent_slice":{}})"
                                 "\n"
                                 R"({"parent_id":"a","parent_slice":{}})"
                                 "\n");
  BOOST_TEST(partitions(false).starts_with(R"({"parent_id":null,"parent_slice":{}})"), "as the CDK has it");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(reading_a_parent_can_be_stopped) {
  substream_partitions router({child_of(parent())}, config());
  router.begin();
  std::stop_source stop;
  stop.request_stop();
  BOOST_CHECK_EXCEPTION(router.next(stop.get_token()), ingest::error,
                        [](const ingest::error& e) { return e.code() == ingest::errc::cancelled; });
}

BOOST_AUTO_TEST_CASE(a_product_has_each_with_each) {
  std::vector<std::unique_ptr<partition_router>> routers;
  routers.push_back(list_of("[0,1]", "i"));
  routers.push_back(list_of(R"(["x","y"])", "s"));
  routers.push_back(list_of("[true]", "t"));
  partition_product router(std::move(routers));
  BOOST_TEST(all_of(router) ==
             "{\"i\":0,\"s\":\"x\",\"t\":true}\n{\"i\":0,\"s\":\"y\",\"t\":true}\n"
             "{\"i\":1,\"s\":\"x\",\"t\":true}\n{\"i\":1,\"s\":\"y\",\"t\":true}\n");
}

BOOST_AUTO_TEST_CASE(a_product_with_nothing_is_nothing) {
  std::vector<std::unique_ptr<partition_router>> routers;
  routers.push_back(list_of("[0,1]", "i"));
  routers.push_back(list_of("[]", "s"));
  partition_product router(std::move(routers));
  BOOST_TEST(all_of(router) == "");
}

BOOST_AUTO_TEST_CASE(none_are_believed_where_an_api_has_said_so) {
  const auto none_of = [](std::unique_ptr<partition_router> router) {
    BOOST_TEST(all_of(*router) == "");
    return router->was_told_of_none();
  };
  const auto children_of = [](std::vector<std::string> records) {
    auto one = child_of(std::make_shared<given_parent>(std::vector<parent_page>{page_of("{}", std::move(records))}));
    one.extra_fields_tell_apart = true;
    return std::make_unique<substream_partitions>(std::vector{one}, config());
  };
  const auto product_of = [](std::unique_ptr<partition_router> first, std::unique_ptr<partition_router> second) {
    std::vector<std::unique_ptr<partition_router>> routers;
    routers.push_back(std::move(first));
    routers.push_back(std::move(second));
    return std::make_unique<partition_product>(std::move(routers));
  };
  BOOST_TEST(none_of(children_of({})));
  BOOST_TEST(!none_of(children_of({R"({"id":null})", R"({"x":1})"})), "there are parents, and none has a key");
  BOOST_TEST(!none_of(list_of("[]", "s")));
  BOOST_TEST(!none_of(product_of(list_of("[]", "s"), children_of({}))), "no parents were asked for");
  BOOST_TEST(!none_of(product_of(children_of({R"({"id":1})"}), list_of("[]", "s"))));
  BOOST_TEST(none_of(product_of(list_of("[1]", "s"), children_of({}))));
}

BOOST_AUTO_TEST_CASE(a_parent_in_a_product_is_read_once_unless_it_is_too_large) {
  for (const std::size_t most_kept : {10U, 1U}) {
    const auto records = parent();
    std::vector<std::unique_ptr<partition_router>> routers;
    routers.push_back(list_of("[0,1,2]", "i"));
    routers.push_back(std::make_unique<substream_partitions>(std::vector{child_of(records)}, config()));
    partition_product router(std::move(routers), most_kept);
    const std::string all = all_of(router);
    BOOST_TEST(std::count(all.begin(), all.end(), '\n') == 9);
    BOOST_TEST(records->begun == (most_kept == 10U ? 1 : 3));
  }
}

BOOST_AUTO_TEST_CASE(groups_have_lists_of_values) {
  partition_groups router(
      {std::make_unique<substream_partitions>(std::vector{child_of(parent())}, config()), 2, true, "x"});
  BOOST_TEST(all_of(router) == "{\"parent_id\":[1,2],\"parent_slice\":[{},{\"shop\":\"a\"}]}\n");
  partition_groups twice({list_of("[1,1,2,1,3]", "i"), 2, false, "x"});
  BOOST_TEST(all_of(twice) == "{\"i\":[1,1]}\n{\"i\":[2,1]}\n{\"i\":[3]}\n");
  BOOST_CHECK_THROW(partition_groups({list_of("[1]", "i"), 0, true, "x"}), ingest::error);
}

BOOST_AUTO_TEST_SUITE(routers_that_fail)

BOOST_AUTO_TEST_CASE(none_is_lost_where_a_page_of_parents_came_at_the_second_try) {
  const auto all_in_spite_of = [](const std::shared_ptr<given_parent>& records, partition_router& router) {
    std::string all;
    for (std::size_t page = 0; page < 4; ++page) {
      records->fails_before = page;
      std::string found;
      router.begin();
      for (bool ended = false; !ended;) {
        try {
          const auto next = router.next({});
          ended = !next;
          found += next ? next->values.to_json() + "\n" : "";
        } catch (const ingest::error&) {
          found += "";
        }
      }
      BOOST_TEST((all.empty() || all == found), found);
      all = found;
    }
    return all;
  };
  const auto parents = [] {
    return std::make_shared<given_parent>(
        std::vector{page_of("{}", {R"({"id":1})", R"({"id":2})", R"({"id":3})", R"({"id":4})"}),
                    page_of("{}", {R"({"id":5})", R"({"id":6})"}), page_of("{}", {R"({"id":7})"})});
  };
  const auto grouped = parents();
  partition_groups groups(
      {std::make_unique<substream_partitions>(std::vector{child_of(grouped)}, config()), 3, true, "x"});
  const std::string all = all_in_spite_of(grouped, groups);
  BOOST_TEST(std::count(all.begin(), all.end(), '\n') == 3, all);
  for (const std::size_t most_kept : {10U, 1U}) {
    const auto first = parents();
    std::vector<std::unique_ptr<partition_router>> routers;
    routers.push_back(std::make_unique<substream_partitions>(std::vector{child_of(first)}, config()));
    routers.push_back(list_of("[0,1]", "i"));
    partition_product product(std::move(routers), most_kept);
    BOOST_TEST(all_in_spite_of(first, product).size() > 0U);
    const auto second = parents();
    std::vector<std::unique_ptr<partition_router>> others;
    others.push_back(list_of("[0,1]", "i"));
    others.push_back(std::make_unique<substream_partitions>(std::vector{child_of(second)}, config()));
    partition_product other(std::move(others), most_kept);
    const std::string rows = all_in_spite_of(second, other);
    BOOST_TEST(std::count(rows.begin(), rows.end(), '\n') == 14, rows);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(groups_are_of_partitions_with_one_value) {
  std::vector<std::unique_ptr<partition_router>> routers;
  routers.push_back(list_of("[0]", "i"));
  routers.push_back(list_of("[1]", "s"));
  partition_groups router({std::make_unique<partition_product>(std::move(routers)), 2, true, "x"});
  BOOST_CHECK_THROW(all_of(router), ingest::error);
}

BOOST_AUTO_TEST_CASE(only_the_latest_keys_are_remembered) {
  recent_keys keys(2);
  BOOST_TEST(keys.add("a"));
  BOOST_TEST(!keys.add("a"));
  BOOST_TEST(keys.add("b"));
  BOOST_TEST(keys.add("c"));
  BOOST_TEST(keys.add("a"));
  BOOST_TEST(!keys.add("c"));
}

BOOST_AUTO_TEST_CASE(of_many_keys_each_of_the_latest_is_remembered_and_none_of_those_before) {
  constexpr int most = 1000;
  recent_keys keys(most);
  for (int i = 0; i < 10 * most; ++i) {
    BOOST_REQUIRE(keys.add("key " + std::to_string(i)));
    BOOST_REQUIRE(!keys.add("key " + std::to_string(std::max(0, i - most + 1))));
  }
  for (int i = 9 * most; i < 10 * most; ++i) {
    BOOST_REQUIRE(!keys.add("key " + std::to_string(i)));
  }
  BOOST_TEST(keys.add("key 0"));
}

BOOST_AUTO_TEST_CASE(slices_are_partitions_with_their_windows) {
  stream_progress progress;
  progress.watermark = [](const std::string& key, const std::stop_token&) {
    return key == R"({"i":1})" ? std::optional<std::string>("2024-02-10") : std::nullopt;
  };
  BOOST_TEST(all_of(stream_slices(list_of("[0,1]", "i"), monthly(), progress)) ==
             R"({"partition":{"i":0},"window":{"end_time":"2024-01-31","start_time":"2024-01-01"}} -)"
             "\n"
             R"({"partition":{"i":0},"window":{"end_time":"2024-02-15","start_time":"2024-02-01"}} -.)"
             "\n"
             R"({"partition":{"i":1},"window":{"end_time":"2024-02-15","start_time":"2024-02-10"}} 2024-02-10.)"
             "\n");
}

BOOST_AUTO_TEST_CASE(no_partition_is_passed_by_where_its_watermark_could_not_be_asked_for) {
  stream_progress progress;
  bool fails = true;
  progress.watermark = [&fails](const std::string&, const std::stop_token&) -> std::optional<std::string> {
    if (std::exchange(fails, !fails)) {
      throw ingest::error(ingest::errc::unavailable, "the database is away");
    }
    return std::nullopt;
  };
  stream_slices slices(list_of("[0,1]", "i"), monthly(), progress);
  std::string found;
  for (;;) {
    try {
      const auto planned = slices.next({});
      if (!planned) {
        break;
      }
      found += planned->slice.part.values.to_json();
    } catch (const ingest::error&) {
      found += " ";
    }
  }
  BOOST_TEST(found == R"( {"i":0}{"i":0} {"i":1}{"i":1})");
}

BOOST_AUTO_TEST_CASE(slices_know_what_they_leave_out_and_whether_anybody_was_asked) {
  const auto reached = [](const char* watermark) {
    stream_progress progress;
    progress.watermark = [watermark](const std::string&, const std::stop_token&) {
      return std::optional<std::string>(watermark);
    };
    return progress;
  };
  stream_slices all(list_of("[0]", "i"), monthly(), {});
  while (all.next({})) {
  }
  BOOST_TEST(!all.leaves_out_what_was_read());
  BOOST_TEST(!all.asked_nobody());
  stream_slices none_left(list_of("[0]", "i"), monthly(), reached("2024-02-20"));
  BOOST_TEST(!none_left.next({}));
  BOOST_TEST(none_left.leaves_out_what_was_read());
  BOOST_TEST(none_left.asked_nobody());
  stream_slices no_values(list_of("[]", "i"), nullptr, {});
  BOOST_TEST(!no_values.next({}));
  BOOST_TEST(!no_values.leaves_out_what_was_read());
  BOOST_TEST(no_values.asked_nobody());
}

BOOST_AUTO_TEST_CASE(each_partition_is_given_once) {
  BOOST_TEST(all_of(stream_slices(list_of("[0,1,0,1,2]", "i"), nullptr, {})) ==
             "{\"partition\":{\"i\":0},\"window\":{}} -.\n{\"partition\":{\"i\":1},\"window\":{}} -.\n"
             "{\"partition\":{\"i\":2},\"window\":{}} -.\n");
}

BOOST_AUTO_TEST_CASE(expressions_see_a_slice_with_all_its_parts) {
  const stream_slice slice{
      {value::from_json(R"({"id":1,"parent_slice":{"shop":"a"}})"), value::from_json(R"({"o.name":"x"})")},
      value::from_json(R"({"start_time":"s"})")};
  variables given(&config());
  slice.name_in(given);
  BOOST_TEST(text("{{ stream_partition.id }}{{ stream_interval['start_time'] }}{{ stream_slice.parent_slice.shop }}"
                  "{{ stream_slice.extra_fields['o.name'] }}{{ stream_slice.partition.id }}{{ "
                  "stream_slice.cursor_slice.start_time }}")
                 .render(given) == "1sax1s");
}
