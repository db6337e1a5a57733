// Pages that several requests bring, each with some of the members of records.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>

#include "ingest/error.hpp"
#include "libingest/rest/refusals.hpp"
#include "rest/connectors/connector.hpp"
#include "rest/connectors/record_reading.hpp"
#include "support/http_server.hpp"

using namespace ingest;
using namespace ingest::rest;
using ingest::testing::has;
using ingest::testing::http_server;
using ingest::testing::received_request;
using ingest::testing::refusal_of;
using ingest::testing::reply;

namespace {

std::unique_ptr<connector> connected(const std::string& yaml) {
  connector_options o;
  o.patience = {.max_attempts = 1};
  return std::make_unique<connector>(prepared_manifest(parse_document(yaml, "test.yaml")), value::from_json("{}"), o);
}

std::string records_of(const connector& from, const declared_stream& stream) {
  std::string all;
  read_all(from.open(stream), {}, [&all](const value& record, const stream_slice&) {
    all += record.to_json() + "\n";
    return true;
  });
  return all;
}

/// Three pages of two records, of which each request brings the properties that it names.
class property_api {
 public:
  reply operator()(const received_request& r) const {
    if (r.path == "/properties") {
      return {.body = names_none ? R"({"result": "later"})"
                                 : R"({"items": [{"name": "a"}, {"name": "b"}, {"name": "c"}]})"};
    }
    if (fault) {
      if (auto instead = fault(r)) {
        return *instead;
      }
    }
    const int page = r.parameter("page").empty() ? 0 : std::stoi(r.parameter("page"));
    const std::string names = r.parameter("fields");
    std::string items;
    for (int id = page * 2 + 1; id <= page * 2 + 2; ++id) {
      if (lacks && lacks(r, id)) {
        continue;
      }
      std::string item = (lacks_key ? "" : R"("id": )" + std::to_string(id) + ", ") + R"("in": {)";
      bool first = true;
      for (const char name : std::string("abc")) {
        if (names.find(name) != std::string::npos) {
          item += (first ? "\"" : ", \"") + std::string(1, name) + "\": " + std::to_string(id) + ".50";
          first = false;
        }
      }
      items += (items.empty() ? "{" : ", {") + item + "}}";
    }
    return {.body = R"({"items": [)" + items + R"(], "next": )" + (page < 2 ? std::to_string(page + 1) : "null") + "}"};
  }

  bool lacks_key = false;
  bool names_none = false;
  std::function<bool(const received_request&, int id)> lacks;
  std::function<std::optional<reply>(const received_request&)> fault;
};

bool asks_for_c(const received_request& r) {
  return r.parameter("fields") == "id,c";
}

std::string properties_endpoint(const std::string& url) {
  return "{type: PropertiesFromEndpoint, property_field_path: [name], retriever: {type: SimpleRetriever, requester: "
         "{type: HttpRequester, url_base: \"" +
         url + "\", path: /properties}, record_selector: {extractor: {type: DpathExtractor, field_path: [items]}}}}";
}

std::string with_properties(const std::string& url, const std::string& list) {
  return "streams:\n  - type: DeclarativeStream\n    name: s\n    retriever:\n      type: SimpleRetriever\n"
         "      requester:\n        type: HttpRequester\n        url_base: \"" +
         url + "\"\n        path: /records\n        request_parameters:\n          fields:\n" +
         "            type: QueryProperties\n            always_include_properties: [id]\n            property_list: " +
         list +
         R"(
            property_chunking:
              type: PropertyChunking
              property_limit_type: property_count
              property_limit: 2
              record_merge_strategy: {type: GroupByKeyMergeStrategy, key: [id]}
      record_selector: {extractor: {type: DpathExtractor, field_path: [items]}}
      paginator:
        type: DefaultPaginator
        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
        pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.get('next') }}"}
)";
}

const std::string merged = R"({"id":1,"in":{"a":1.50,"b":1.50,"c":1.50}}
{"id":2,"in":{"a":2.50,"b":2.50,"c":2.50}}
{"id":3,"in":{"a":3.50,"b":3.50,"c":3.50}}
{"id":4,"in":{"a":4.50,"b":4.50,"c":4.50}}
{"id":5,"in":{"a":5.50,"b":5.50,"c":5.50}}
{"id":6,"in":{"a":6.50,"b":6.50,"c":6.50}}
)";

struct property_scene {
  property_api properties;
  http_server api{std::ref(properties)};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pages_of_several_requests, property_scene)

BOOST_AUTO_TEST_CASE(are_put_together_by_the_keys_of_records) {
  const auto from = connected(with_properties(api.url(), "[a, b, c]"));
  BOOST_TEST(records_of(*from, from->find("s")) == merged);
  BOOST_TEST(api.requests().size() == 6u);
  BOOST_TEST(api.requests()[0].parameter("fields") == "id,a,b");
  BOOST_TEST(api.requests()[1].parameter("fields") == "id,c");
}

BOOST_AUTO_TEST_CASE(go_on_behind_all_of_a_page) {
  const auto from = connected(with_properties(api.url(), "[a, b, c]"));
  const connector_stream stream = from->open(from->find("s"));
  const auto slice = stream.slices()->next({});
  const auto first = stream.reader(*slice);
  first->open(std::nullopt);
  const std::string position = first->read({})->position;
  const auto second = stream.reader(*slice);
  second->open(position);
  BOOST_TEST(std::string(second->read({})->records[0]) == R"({"id":3,"in":{"a":3.50,"b":3.50,"c":3.50}})");
  BOOST_TEST(second->read({})->last);
}

BOOST_AUTO_TEST_CASE(ask_for_the_properties_once) {
  const auto from = connected(with_properties(api.url(), properties_endpoint(api.url())));
  BOOST_TEST(records_of(*from, from->find("s")) == merged);
  BOOST_TEST(api.requests().size() == 7u);
}

BOOST_AUTO_TEST_CASE(do_not_take_an_answer_that_is_another_one_for_no_properties) {
  properties.names_none = true;
  const auto from = connected(with_properties(api.url(), properties_endpoint(api.url())));
  const std::string why = refusal_of([&] { records_of(*from, from->find("s")); }, errc::bad_data);
  BOOST_TEST(has(why, "nothing where records are"), why);
}

BOOST_AUTO_TEST_CASE(are_asked_for_again_where_a_record_came_between_the_requests) {
  int asked = 0;
  properties.lacks = [&](const received_request& r, int id) { return id == 3 && asks_for_c(r) && ++asked == 1; };
  const auto from = connected(with_properties(api.url(), "[a, b, c]"));
  BOOST_TEST(records_of(*from, from->find("s")) == merged);
  BOOST_TEST(api.requests().size() == 8u, "the two requests for one page once more");
}

BOOST_AUTO_TEST_CASE(have_what_there_is_of_a_record_that_the_api_never_has_a_part_of) {
  properties.lacks = [](const received_request& r, int id) { return id == 3 && asks_for_c(r); };
  const auto from = connected(with_properties(api.url(), "[a, b, c]"));
  std::string without = merged;
  without.erase(without.find(R"(,"c":3.50)"), 9);
  BOOST_TEST(records_of(*from, from->find("s")) == without);
  BOOST_TEST(api.requests().size() == 8u);
}

BOOST_AUTO_TEST_CASE(are_refused_where_other_records_lack_parts_each_time) {
  int asked = 0;
  properties.lacks = [&](const received_request& r, int id) {
    return asks_for_c(r) && r.parameter("page").empty() && (asked++ / 2) % 2 == id % 2;
  };
  const auto from = connected(with_properties(api.url(), "[a, b, c]"));
  const std::string why = refusal_of([&] { records_of(*from, from->find("s")); }, errc::bad_data);
  BOOST_TEST(has(why, "different records 3 times"), why);
}

BOOST_AUTO_TEST_CASE(do_not_end_with_the_last_answer_where_another_one_has_records) {
  properties.fault = [](const received_request& r) {
    return asks_for_c(r) && r.parameter("page").empty() ? std::optional(reply{.body = "{}"}) : std::nullopt;
  };
  const auto from = connected(with_properties(api.url(), "[a, b, c]"));
  std::string without = merged;
  without.erase(without.find(R"(,"c":1.50)"), 9);
  without.erase(without.find(R"(,"c":2.50)"), 9);
  BOOST_TEST(records_of(*from, from->find("s")) == without);
}

BOOST_AUTO_TEST_CASE(refuse_a_key_that_records_of_one_answer_share) {
  properties.fault = [](const received_request&) {
    return std::optional(reply{.body = R"({"items": [{"id": 1, "day": 1}, {"id": 1, "day": 2}]})"});
  };
  const auto from = connected(with_properties(api.url(), "[a, b, c]"));
  const std::string why = refusal_of([&] { records_of(*from, from->find("s")); }, errc::bad_data);
  BOOST_TEST(has(why, "two records with the same id"), why);
}

BOOST_AUTO_TEST_CASE(of_a_single_request_need_no_key) {
  const auto from = connected(with_properties(api.url(), "[a, b]"));
  properties.lacks_key = true;
  BOOST_TEST(has(records_of(*from, from->find("s")), R"({"in":{"a":6.50,"b":6.50}})"));
}

BOOST_AUTO_TEST_CASE(refuse_records_that_nobody_can_put_together) {
  properties.lacks_key = true;
  const auto from = connected(with_properties(api.url(), "[a, b, c]"));
  const std::string why = refusal_of([&] { records_of(*from, from->find("s")); }, errc::bad_data);
  BOOST_TEST(has(why, "has no id"), why);
}

BOOST_AUTO_TEST_SUITE_END()
