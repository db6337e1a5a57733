// Records found in answers, filtered, transformed, normalized; and that the way without values finds the same.
#define BOOST_TEST_MODULE selectors
#include <boost/test/unit_test.hpp>

#include <random>

#include "ingest/error.hpp"
#include "libingest/rest/selectors/cdk_records.hpp"
#include "rest/decoders/json_decoder.hpp"
#include "rest/selectors/path_edit.hpp"
#include "rest/selectors/raw_page.hpp"
#include "rest/selectors/record_selector.hpp"
#include "rest/selectors/schema_normalization.hpp"
#include "rest/transformations/add_fields.hpp"
#include "rest/transformations/flatten_fields.hpp"
#include "rest/transformations/key_transformations.hpp"
#include "rest/transformations/remove_fields.hpp"

namespace {

using namespace ingest::rest;

interpolation text(std::string content) {
  return interpolation(std::move(content), "the selector, line 3");
}

std::vector<interpolation> texts(const std::vector<std::string>& contents) {
  std::vector<interpolation> all;
  for (const std::string& content : contents) {
    all.push_back(text(content));
  }
  return all;
}

variables config() {
  variables known;
  known.set("config", value::from_json(R"({"account": "acme", "field": "data"})"));
  return known;
}

glob_path path_of(const std::string& slashes) {
  return glob_path::from_text(slashes);
}

std::vector<std::string> steps_of(const std::string& slashes) {
  std::vector<std::string> steps;
  const glob_path path = path_of(slashes);
  for (const path_step& step : path.steps()) {
    steps.push_back(step.text);
  }
  return steps;
}

answer answered(std::string body) {
  return answer(200, {}, std::move(body), "https://api.example.com/items");
}

record_selector_options options(const std::vector<std::string>& field_path) {
  record_selector_options made;
  made.extractor = record_extractor(texts(field_path), config());
  made.where = "the selector, line 3";
  return made;
}

std::string joined(const record_texts& records) {
  std::string all;
  for (std::size_t i = 0; i < records.size(); ++i) {
    all += std::string(records[i]) + "\n";
  }
  return all;
}

selected_page select(const record_selector_options& of, std::string body, record_watch* watch = nullptr,
                     page_wishes wishes = {true, true, false}) {
  auto known = config();
  known.set("stream_slice", value::from_json(R"({"id": 7})"));
  return record_selector(of).select(answered(std::move(body)), json_decoder(), wishes, known, watch);
}

value applied(const transformation& step, std::string_view record) {
  return step.apply(value::from_json(record), config());
}

/// Lets records pass whose member "n" is at least 10.
class tens_watch final : public record_watch {
 public:
  const std::string& field() const override { return field_; }
  bool admits(const value* content) const override { return content == nullptr || content->integer() >= 10; }
  bool is_known(const value& content) const override { return content.integer() < 10; }
  bool is_newer(const value&, const value&) const override { return false; }
  void observe(const value* content) override { seen_ += content == nullptr ? "-" : content->to_json() + ","; }
  value observed() const override { return value::text_of(seen_); }
  void resume(const value&) override {}

 private:
  std::string field_ = "n";
  std::string seen_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(selectors)

BOOST_AUTO_TEST_CASE(records_that_go_through_as_they_came_keep_their_body_and_know_their_keys) {
  page_wishes wishes;
  wishes.key.emplace("/id/of");
  const auto page =
      select(options({"data"}), R"({"data": [{"id":{"of":"a\u0062"}},{"id":7},{"id":{"of":8}},9]})", nullptr, wishes);
  BOOST_TEST(joined(page.records) == "{\"id\":{\"of\":\"a\\u0062\"}}\n{\"id\":7}\n{\"id\":{\"of\":8}}\n9\n");
  std::string keys, scratch;
  for (std::size_t i = 0; i < page.records.size(); ++i) {
    BOOST_REQUIRE(page.records.key(i) != nullptr);
    keys += std::string(page.records.key(i)->text(scratch).value_or("none")) + " ";
  }
  BOOST_TEST(keys == "ab none 8 none ");
}

BOOST_AUTO_TEST_CASE(keys_are_looked_for_beside_the_cursor_and_not_in_records_that_are_worked_on) {
  page_wishes wishes;
  wishes.key.emplace("/id");
  tens_watch watch;
  record_selector_options raw = options({"data"});
  raw.filter = cursor_filter::early;
  const std::string body = R"({"data": [{"n":9,"id":1},{"id":2,"n":10},{"id":3}]})";
  const auto page = select(raw, body, &watch, wishes);
  BOOST_TEST(joined(page.records) == "{\"id\":2,\"n\":10}\n{\"id\":3}\n");
  BOOST_TEST(page.records.key(0)->raw == "2");
  BOOST_TEST(page.records.key(1)->raw == "3");
  BOOST_TEST(watch.observed().text() == "10,-");
  BOOST_TEST(select(options({"data"}), body).records.key(0) == nullptr);
  record_selector_options worked = options({"data"});
  worked.schema = value::from_json(R"({"properties": {"id": {"type": "string"}}})");
  BOOST_TEST(select(worked, body, nullptr, wishes).records.key(0) == nullptr);
}

BOOST_AUTO_TEST_CASE(paths_lead_where_dpath_goes) {
  for (const facts::path_followed& fact : facts::paths_followed) {
    const value from = value::from_json(fact.json);
    const glob_path path = path_of(fact.path);
    BOOST_TEST(value::list_of(path.values(from)).to_json() == fact.values, fact.path << " in " << fact.json);
    const std::string_view only = fact.only;
    if (only == "SEVERAL") {
      BOOST_CHECK_THROW(path.only(from), ingest::error);
    } else {
      BOOST_TEST(path.only(from).value_or(value::text_of("NONE")).to_json() == only, fact.path);
    }
    BOOST_TEST(without_path(from, path).to_json() == fact.without, fact.path << " out of " << fact.json);
  }
}

BOOST_AUTO_TEST_CASE(values_are_added_where_dpath_adds_them) {
  for (const facts::value_added& fact : facts::values_added) {
    const value from = value::from_json(fact.json);
    if (fact.result == nullptr) {
      BOOST_CHECK_THROW(with_value_at(from, steps_of(fact.path), value::text_of("V")), ingest::error);
      continue;
    }
    const value made = with_value_at(from, steps_of(fact.path), value::text_of("V"));
    BOOST_TEST(made.to_json() == fact.result, fact.path << " in " << fact.json);
  }
  BOOST_CHECK_THROW(with_value_at(value::from_json(R"({"a":[]})"), {"a", "1000000000"}, value()), ingest::error);
}

BOOST_AUTO_TEST_CASE(records_are_flattened_as_the_cdk_does_it) {
  for (const facts::record_flattened& fact : facts::records_flattened) {
    BOOST_TEST(applied(flatten_fields(fact.lists), fact.json).to_json() == fact.result, fact.json);
  }
}

BOOST_AUTO_TEST_CASE(records_are_flattened_without_losing_a_member) {
  const auto flat = [](const std::string& record, bool lists = true) {
    return applied(flatten_fields(lists), record).to_json();
  };
  const std::string people = R"("owner":{"id":7},"user":{"id":8})";
  BOOST_TEST(flat(R"({"id":1,)" + people + "}") == R"({"user.id":8,"owner.id":7,"id":1})");
  BOOST_TEST(flat('{' + people + R"(,"id":1})") == R"({"id":1,"user.id":8,"owner.id":7})");
  BOOST_TEST(flat(R"({"a":{"b":1,"c":{"b":2}}})") == R"({"b":2,"a.b":1})");
  BOOST_TEST(flat(R"({"a.b":1,"a":{"b":2},"b":3,"c":{"a":{"b":4}}})") == R"({"c.a.b":4,"b":3,"_.a.b":2,"a.b":1})");
  BOOST_TEST(flat(R"({"a":[1,{"x":2,"y":[3]}],"x":4,"z":{"x":5}})") ==
             R"({"z.x":5,"x":4,"a.1.y.0":3,"a.1.x":2,"a.0":1})");
  BOOST_TEST(flat(R"({"a":[1,{"x":2,"y":[3]}],"x":4,"z":{"x":5}})", false) ==
             R"({"z.x":5,"x":4,"a":[1,{"x":2,"y":[3]}]})");
  BOOST_TEST(flat(R"({"a":{"p":[1]},"b":{"p":[2]}})") == R"({"p.0":2,"a.p.0":1})");
}

BOOST_AUTO_TEST_CASE(keys_in_snake_case_are_those_of_the_cdk) {
  for (const facts::key_in_snake_case& fact : facts::keys_in_snake_case) {
    BOOST_TEST(in_snake_case(fact.key) == fact.result, fact.key);
  }
}

BOOST_AUTO_TEST_CASE(values_are_normalized_as_the_cdk_does_it) {
  const value schema = value::from_json(facts::normalizing_schema);
  for (const facts::value_normalized& fact : facts::values_normalized) {
    const value record = value::dict_of({{fact.member, value::from_json(fact.json)}});
    const value made = *normalized(record, schema).find(fact.member);
    const value wanted = value::from_json(fact.result);
    const bool same = made == wanted && made.is_text() == wanted.is_text() &&
                      (made.kind() == value::kind::boolean) == (wanted.kind() == value::kind::boolean);
    BOOST_TEST(same, fact.member << ": " << fact.json << " became " << made.to_json() << ", not " << fact.result);
  }
}

BOOST_AUTO_TEST_CASE(numbers_keep_their_digits_when_they_are_normalized) {
  const value schema = value::from_json(R"({"properties":{"n":{"type":"number"},"i":{"type":"integer"}}})");
  const value record = value::from_json(R"({"n":"0.1000000000000000000001","i":"123456789012345678901234567890"})");
  BOOST_TEST(normalized(record, schema).to_json() ==
             R"({"n":0.1000000000000000000001,"i":123456789012345678901234567890})");
}

BOOST_AUTO_TEST_CASE(a_schema_that_refers_to_itself_is_told) {
  const value schema = value::from_json(R"({"properties":{"a":{"$ref":"#/properties/a"}}})");
  BOOST_CHECK_THROW(normalized(value::from_json(R"({"a":{"b":1}})"), schema), ingest::error);
}

BOOST_AUTO_TEST_CASE(fields_are_added_one_after_the_other) {
  const add_fields step({{{"account"}, text("{{ config.account }}")},
                         {{"copy", "of"}, text("{{ record.account }}")},
                         {{"number"}, text("5")},
                         {{"word"}, text("{{ record.n }}"), value_type::text},
                         {{"no_float"}, text("{{ record.n }}"), value_type::number}});
  BOOST_TEST(applied(step, R"({"n":5})").to_json() ==
             R"({"n":5,"account":"acme","copy":{"of":"acme"},"number":5,"word":"5","no_float":"5"})");
}

BOOST_AUTO_TEST_CASE(fields_are_added_where_the_condition_holds) {
  const add_fields step({{{"a"}, text("1")}, {{"b"}, text("2")}}, text("{{ value == 2 }}"));
  BOOST_TEST(applied(step, "{}").to_json() == R"({"b":2})");
}

BOOST_AUTO_TEST_CASE(a_field_that_cannot_be_added_names_its_component) {
  const add_fields step({{{"a", "b"}, text("1")}});
  BOOST_CHECK_EXCEPTION(applied(step, R"({"a":"text"})"), ingest::error, [](const ingest::error& e) {
    return e.code() == ingest::errc::bad_data && std::string_view(e.what()).starts_with("the selector, line 3: ");
  });
}

BOOST_AUTO_TEST_CASE(fields_are_removed) {
  const remove_fields step({{"a", "b"}, {"c"}, {"list", "*", "x"}});
  BOOST_TEST(applied(step, R"({"a":{"b":1,"k":2},"c":3,"list":[{"x":1,"y":2}],"d":4})").to_json() ==
             R"({"a":{"k":2},"list":[{"y":2}],"d":4})");
}

BOOST_AUTO_TEST_CASE(a_condition_removes_all_that_it_holds_for_wherever_it_stands) {
  const remove_fields step({{"**"}}, text("{{ property is none }}"));
  BOOST_TEST(applied(step, R"({"a":null,"b":{"c":null,"d":1},"l":[null,2,null]})").to_json() ==
             R"({"b":{"d":1},"l":[null,2]})");
}

BOOST_AUTO_TEST_CASE(keys_are_changed) {
  BOOST_TEST(applied(keys_to_lower(), R"({"Aé":1,"ÄB":{"C":2}})").to_json() == R"({"aé":1,"äb":{"C":2}})");
  BOOST_TEST(applied(keys_to_snake_case(), R"({"aB":{"cD":1},"L":[{"eF":2}]})").to_json() ==
             R"({"a_b":{"c_d":1},"l":[{"eF":2}]})");
  BOOST_TEST(applied(keys_replace(text(" "), text("_")), R"({"a b c":{"d e":1}})").to_json() ==
             R"({"a_b_c":{"d_e":1}})");
}

BOOST_AUTO_TEST_CASE(members_whose_names_would_become_one_are_all_kept) {
  for (const char* record : {R"({"id":1,"ID":"legacy"})", R"({"ID":"legacy","id":1})"}) {
    const value lower = applied(keys_to_lower(), record);
    BOOST_TEST(lower.members().find("id")->to_json() == "1", record);
    BOOST_TEST(lower.members().find("ID")->to_json() == "\"legacy\"", record);
  }
  BOOST_TEST(applied(keys_to_lower(), R"({"ID":1,"Id":2,"iD":3})").to_json() == R"({"id":1,"Id":2,"iD":3})");
  BOOST_TEST(applied(keys_to_snake_case(), R"({"fooBar":1,"foo_bar":2,"foo-bar":{"aB":3,"a-b":4}})").to_json() ==
             R"({"fooBar":1,"foo_bar":2,"foo-bar":{"a_b":3,"a-b":4}})");
  // What one keeps another one may have got before.
  BOOST_TEST(applied(keys_replace(text("ab"), text("b")), R"({"aab":1,"ab":2,"b":3})").to_json() ==
             R"({"aab":1,"ab":2,"b":3})");
  BOOST_TEST(applied(keys_replace(text("ab"), text("b")), R"({"aab":1,"ab":2})").to_json() == R"({"ab":1,"b":2})");
}

BOOST_AUTO_TEST_CASE(the_members_of_a_dict_move_up) {
  dpath_flatten_options of{texts({"a", "b"})};
  BOOST_TEST(applied(dpath_flatten_fields(of, config()), R"({"a":{"b":{"c":1}},"d":2})").to_json() ==
             R"({"a":{"b":{"c":1}},"d":2,"c":1})");
  BOOST_TEST(applied(dpath_flatten_fields(of, config()), R"({"a":{"b":{"d":1}},"d":2})").to_json() ==
             R"({"a":{"b":{"d":1}},"d":2})");
  of.delete_origin_value = true;
  of.key_prefix = text("p_");
  BOOST_TEST(applied(dpath_flatten_fields(of, config()), R"({"a":{"b":{"c":1}},"d":2})").to_json() ==
             R"({"a":{},"d":2,"p_c":1})");
  of.replace_record = true;
  of.key_suffix = text("_s");
  BOOST_TEST(applied(dpath_flatten_fields(of, config()), R"({"a":{"b":{"c":1}},"d":2})").to_json() == R"({"p_c_s":1})");
}

BOOST_AUTO_TEST_CASE(bytes_of_records_go_through_as_they_came) {
  const auto page = select(options({"{{ config.field }}"}),
                           "{ \"data\" : [ {\"id\":1.50, \"a\" : \"\\u00e9\"} , 7, null ] , \"next\":\"x\"}");
  BOOST_TEST(joined(page.records) == "{\"id\":1.50, \"a\" : \"\\u00e9\"}\n7\nnull\n");
  BOOST_TEST(page.extracted == 3U);
  BOOST_TEST(page.response.to_json() == R"({"data":[],"next":"x"})");
  BOOST_TEST(page.last_record->is_none());
}

BOOST_AUTO_TEST_CASE(the_last_of_equal_names_counts) {
  BOOST_TEST(joined(select(options({"a"}), R"({"a":[1,2],"a":[3]})").records) == "3\n");
  BOOST_TEST(joined(select(options({"a", "b"}), R"({"a":{"b":[1]},"a":{}})").records) == "");
}

BOOST_AUTO_TEST_CASE(an_array_is_many_documents) {
  const auto page = select(options({}), R"([{"id":1},{},{"id":2}])");
  BOOST_TEST(joined(page.records) == "{\"id\":1}\n{\"id\":2}\n");
  BOOST_TEST(page.response.to_json() == R"({"id":1})");
  BOOST_TEST(joined(select(options({"d"}), R"([{"d":[1]},{"d":{"x":2}},{"e":3}])").records) == "1\n{\"x\":2}\n");
  BOOST_TEST(select(options({}), "").response.to_json() == "{}");
  BOOST_TEST(select(options({}), "[]").response.to_json() == "{}");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_told_and_may_pass) {
  for (const char* body : {"<html>", R"({"data":[{"a":1},)", R"({"data":[}])", "\x1f\x8b"}) {
    for (const bool raw : {true, false}) {
      auto of = options({"data"});
      of.condition = raw ? std::nullopt : std::optional(text("{{ True }}"));
      BOOST_CHECK_EXCEPTION(select(of, body), ingest::error,
                            [](const ingest::error& e) { return e.code() == ingest::errc::bad_data && e.transient(); });
    }
  }
}

BOOST_AUTO_TEST_CASE(records_are_filtered_before_they_are_transformed) {
  auto of = options({"data"});
  of.condition = text("{{ record.n > 1 }}");
  of.transformations = {std::make_shared<add_fields>(std::vector<added_field>{{{"n"}, text("0")}})};
  const std::string body = R"({"data":[{"n":1},{"n":2},{"n":3}]})";
  const auto page = select(of, body);
  BOOST_TEST(joined(page.records) == "{\"n\":0}\n{\"n\":0}\n");
  BOOST_TEST(page.extracted == 3U);
  BOOST_TEST(page.selected == 2U);
  of.transform_before_filtering = true;
  BOOST_TEST(joined(select(of, body).records) == "");
}

BOOST_AUTO_TEST_CASE(a_record_that_is_no_object_cannot_be_transformed) {
  auto of = options({"data"});
  of.transformations = {std::make_shared<keys_to_lower>()};
  BOOST_CHECK_EXCEPTION(select(of, R"({"data":[{"a":1},"x"]})"), ingest::error, [](const ingest::error& e) {
    return std::string_view(e.what()).find("record 2 of the page") != std::string_view::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_cursor_leaves_records_out_before_or_behind_pagination) {
  const std::string body = R"({"data":[{"n":20},{"n":5},{"x":1},{"n":10},{"n":1}]})";
  for (const bool raw : {true, false}) {
    auto of = options({"data"});
    if (!raw) {
      of.transformations = {std::make_shared<keys_to_lower>()};
    }
    tens_watch early;
    of.filter = cursor_filter::early;
    const auto page = select(of, body, &early);
    BOOST_TEST(joined(page.records) == "{\"n\":20}\n{\"x\":1}\n{\"n\":10}\n");
    BOOST_TEST(page.selected == 3U);
    BOOST_TEST(!page.last_record_known);
    BOOST_TEST(early.observed().text() == "20,-10,");
    tens_watch late;
    of.filter = cursor_filter::late;
    const auto feed = select(of, body, &late);
    BOOST_TEST(joined(feed.records) == "{\"n\":20}\n{\"x\":1}\n{\"n\":10}\n");
    BOOST_TEST(feed.selected == 5U);
    BOOST_TEST(feed.last_record_known);
    BOOST_TEST(feed.last_record->to_json() == R"({"n":1})");
  }
}

namespace {

/// Documents of all shapes that answers have, with names that meet those of the paths.
class random_json {
 public:
  explicit random_json(unsigned seed) : random_(seed) {}

  std::string any(int depth) {
    switch (below(depth > 4 ? 6 : 9)) {
      case 0:
        return "null";
      case 1:
        return below(2) == 0 ? "true" : "false";
      case 2:
        return std::to_string(static_cast<int>(below(5)) - 2);
      case 3:
        return "1.50";
      case 4:
        return R"("")";
      case 5:
        return R"("t\u0001\"é")";
      case 6:
        return list(depth);
      default:
        return object(depth);
    }
  }

  unsigned below(unsigned most) { return std::uniform_int_distribution<unsigned>(0, most - 1)(random_); }

 private:
  std::string list(int depth) {
    std::string out = "[";
    for (unsigned i = 0, n = below(4); i < n; ++i) {
      out += (i == 0 ? "" : ",") + any(depth + 1);
    }
    return out + "]";
  }

  std::string object(int depth) {
    const char* const names[] = {"a", "b", "n", "c"};
    std::string out = "{";
    for (unsigned i = 0, n = below(5); i < n; ++i) {
      out += std::string(i == 0 ? "" : ",") + "\"" + names[below(4)] + "\":" + any(depth + 1);
    }
    return out + "}";
  }

  std::mt19937 random_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(both_ways_find_the_same_records) {
  const std::vector<std::vector<std::string>> paths = {{}, {"a"}, {"a", "b"}, {"b", "a", "c"}};
  random_json documents(20240601);
  unsigned records = 0;
  for (int i = 0; i < 40000; ++i) {
    const std::string body = documents.any(0);
    const auto& path = paths[documents.below(4)];
    auto slow = options(path);
    slow.condition = text("True");
    const auto fast_page = select(options(path), body, nullptr, {true, true, true});
    const auto slow_page = select(slow, body);
    std::string fast_records;
    for (std::size_t k = 0; k < fast_page.records.size(); ++k) {
      fast_records += value::from_json(fast_page.records[k]).to_json() + "\n";
    }
    BOOST_REQUIRE_MESSAGE(fast_records == joined(slow_page.records), body);
    BOOST_REQUIRE_MESSAGE(fast_page.response.to_json() == slow_page.response.to_json(), body);
    BOOST_REQUIRE_MESSAGE(fast_page.extracted == slow_page.extracted, body);
    BOOST_REQUIRE_MESSAGE(
        fast_page.last_record.value_or(value()).to_json() == slow_page.last_record.value_or(value()).to_json(), body);
    records += static_cast<unsigned>(fast_page.records.size());
  }
  BOOST_TEST(records > 5000U);
}

BOOST_AUTO_TEST_SUITE_END()
