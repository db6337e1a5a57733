#include "ingest/http_source.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "ingest/version.hpp"
#include "support/http_source_fixture.hpp"

using namespace std::chrono_literals;
using namespace ingest::testing;
using ingest::errc;
using ingest::http_endpoint;
using ingest::http_source_options;
using ingest::make_http_source;
using ingest::split;

BOOST_FIXTURE_TEST_SUITE(http_sources, http_source_fixture)

BOOST_AUTO_TEST_CASE(read_everything_from_the_stream_endpoint) {
  const auto o = options();
  const read_result got = read(o);
  BOOST_TEST((got.distinct() == api.all_ids()));
  BOOST_TEST(got.ids.size() == 95u);
  BOOST_TEST(got.batches == 10u);
  BOOST_TEST(counters.total_expected == 95u);
  BOOST_TEST(counters.requests == 11u);
  BOOST_TEST(counters.bytes_fetched > 1000u);
  BOOST_TEST(counters.first_fetch_us > 0u);
  for (const auto& r : page_requests()) {
    BOOST_TEST(r.path == events_api::stream_path);
    BOOST_TEST(r.parameter("limit") == "10");
    BOOST_TEST(r.header("User-Agent") == "ingest/" + std::string(ingest::version()));
  }
}

BOOST_AUTO_TEST_CASE(read_the_documented_shape_from_the_standard_endpoint) {
  api.flat_shape = true;
  BOOST_TEST((read(options(http_endpoint::standard)).distinct() == api.all_ids()));
  BOOST_TEST(page_requests().size() == 10u);
  BOOST_TEST(server.requests().size() == 10u, "no stream access was asked for");
}

BOOST_AUTO_TEST_CASE(mark_the_last_batch_even_if_it_is_empty) {
  api.events = 0;
  const auto source = make_source(options());
  source->open(std::nullopt, {});
  const auto only = source->read();
  BOOST_REQUIRE(only.has_value());
  BOOST_TEST(only->last);
  BOOST_TEST(only->records == 0u);
  BOOST_TEST(only->bytes().empty());
  source->close();
}

BOOST_AUTO_TEST_CASE(go_on_from_any_position_without_gap_or_overlap) {
  const read_result whole = read(options());
  for (std::size_t i = 0; i + 1 < whole.positions.size(); ++i) {
    const read_result rest = read(options(), whole.positions[i]);
    BOOST_TEST(rest.ids.size() == whole.ids.size() - 10 * (i + 1));
    BOOST_TEST(rest.ids.front() == whole.ids[10 * (i + 1)]);
  }
}

BOOST_AUTO_TEST_CASE(can_be_opened_again) {
  const auto source = make_source(options());
  const read_result begun = read_all(*source, {}, 3);
  const read_result rest = read_all(*source, begun.positions.back());
  BOOST_TEST(begun.ids.size() + rest.ids.size() == 95u);
}

BOOST_AUTO_TEST_CASE(refuse_a_position_that_is_none_of_theirs) {
  for (const auto* position : {"", "{", "page 7", "[]"}) {
    BOOST_CHECK_EXCEPTION(read(options(), position), ingest::error, fails_with(errc::bad_data, "position"));
  }
}

BOOST_AUTO_TEST_CASE(divide_the_events_by_time_windows) {
  auto o = options();
  o.windows = split({api.time_of(api.events), api.time_of(0) + 1}, 4);
  const auto shared = make_api(o);
  std::vector<read_result> parts(4);
  {
    std::vector<std::jthread> readers;
    for (std::size_t s = 0; s < 4; ++s) {
      readers.emplace_back([&, s] { parts[s] = read_all(*make_http_source(shared, s)); });
    }
  }
  std::set<std::string> all;
  std::size_t rows = 0;
  for (const read_result& part : parts) {
    rows += part.ids.size();
    BOOST_TEST(part.ids.size() >= 23u);
    all.merge(part.distinct());
  }
  BOOST_TEST((all == api.all_ids()));
  BOOST_TEST(rows == 95u);
  BOOST_TEST(api.tokens_granted() == 1, "the slices share a token");
  BOOST_CHECK_EXCEPTION(make_http_source(shared, 4), ingest::error, fails_with(errc::config, "slice 4"));
}

BOOST_AUTO_TEST_CASE(find_the_events_at_the_edges_between_windows_whether_since_is_included_or_not) {
  auto o = options();
  o.windows = {{std::nullopt, api.time_of(60)}, {api.time_of(60), api.time_of(30)}, {api.time_of(30), std::nullopt}};
  for (const bool excluded : {false, true}) {
    api.since_is_excluded = excluded;
    const auto shared = make_api(o);
    std::vector<std::string> ids;
    for (std::size_t s = 0; s < 3; ++s) {
      const auto source = make_http_source(shared, s);
      source->open(std::nullopt, {});
      for (auto b = source->read(); b; b = b->last ? std::nullopt : source->read()) {
        append_ids(*b, ids);
      }
      source->close();
    }
    BOOST_TEST((std::set<std::string>(ids.begin(), ids.end()) == api.all_ids()));
    BOOST_TEST(ids.size() == 95u);
  }
}

BOOST_AUTO_TEST_CASE(refuse_to_read_everything_in_each_slice_where_windows_are_ignored) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    if (r.path != events_api::stream_path) {
      return std::nullopt;
    }
    return reply{200, R"({"data":[{"id":"a","timestamp":9},{"id":"b","timestamp":8}],"nextCursor":"c"})"};
  };
  auto o = options();
  o.windows = {{0, 1000}, {1000, 2000}};
  const auto shared = make_api(o);
  read_all(*make_http_source(shared, 0), {}, 1);
  BOOST_TEST(read_all(*make_http_source(shared, 0), {}, 1).batches == 1u, "the same slice again is no other");
  BOOST_CHECK_EXCEPTION(read_all(*make_http_source(shared, 1), {}, 1), ingest::error,
                        fails_with(errc::config, "the API ignores time windows: slices 0 and 1"));
}

BOOST_AUTO_TEST_CASE(add_up_the_totals_of_windows_unless_each_is_told_the_whole) {
  for (const bool whole : {false, true}) {
    auto o = options();
    o.windows = {{0, 1000}, {1000, 2000}, {2000, 3000}};
    api.fault = [whole](const received_request& r) -> std::optional<reply> {
      if (r.path != events_api::stream_path) {
        return std::nullopt;
      }
      const std::string total = whole ? "600" : std::to_string(100 + (std::stoi(r.parameter("since")) + 1) / 10);
      return reply{200, R"({"data":[],"hasMore":false,"meta":{"total":)" + total + "}}"};
    };
    const auto shared = make_api(o);
    for (std::size_t s = 0; s < 3; ++s) {
      read_all(*make_http_source(shared, s));
    }
    BOOST_TEST(counters.total_expected == 600u);
  }
}

BOOST_AUTO_TEST_CASE(take_settings_for_ids_paths_and_headers) {
  auto o = options(http_endpoint::standard);
  o.parser.id_pointer = "/name";
  o.base_url += "/";
  o.events_path = "/other/events?tenant=7";
  o.extra_headers = {{"X-Tenant", "seven"}};
  o.client.user_agent = "someone/2";
  api.fault = [](const received_request&) { return reply{200, R"({"data":[{"id":"no","name":"yes"}]})"}; };
  BOOST_TEST((read(o).distinct() == std::set<std::string>{"yes"}));
  const auto request = server.requests().at(0);
  BOOST_TEST(request.path == "/api/v1/other/events");
  BOOST_TEST(request.parameter("tenant") == "7");
  BOOST_TEST(request.parameter("limit") == "10");
  BOOST_TEST(request.header("X-Tenant") == "seven");
  BOOST_TEST(request.header("User-Agent") == "someone/2");
}

BOOST_AUTO_TEST_CASE(write_ndjson_if_asked) {
  auto o = options();
  o.encoder = std::make_shared<ingest::ndjson_encoder>();
  BOOST_TEST(read(o).ids.front().starts_with(R"({"id":"e0",)"));
}

BOOST_AUTO_TEST_CASE(check_their_settings_at_once) {
  const auto refused = [&](const std::string& setting, auto&& change) {
    auto o = options();
    change(o);
    BOOST_CHECK_EXCEPTION(make_api(o), ingest::error, fails_with(errc::config, setting));
  };
  for (const auto* url : {"", "host", "ftp://host/api", "file:///etc", "http://", "http://user:pw@host/",
                          "http://host/?q=1", "http://host/#f", "http://a b/"}) {
    refused("`base_url`", [&](http_source_options& o) { o.base_url = url; });
  }
  refused("`api_key`", [](http_source_options& o) { o.api_key = ""; });
  refused("`api_key`", [](http_source_options& o) { o.api_key = "a\r\nX-Admin: 1"; });
  refused("`extra_headers`", [](http_source_options& o) { o.extra_headers = {{"X-A", "b\nc"}}; });
  refused("`batch_size`", [](http_source_options& o) { o.batch_size = 0; });
  refused("`batch_size`", [](http_source_options& o) { o.batch_size = 5001; });
  refused("`events_path`", [](http_source_options& o) { o.events_path = "//evil.example/events"; });
  refused("`id_pointer`", [](http_source_options& o) { o.parser.id_pointer = "id"; });
  refused("`since_ms`", [](http_source_options& o) { o.windows = {{2, 1}}; });
  refused("`endpoint`", [](http_source_options& o) {
    o.endpoint = http_endpoint::standard;
    o.windows = {{1, 2}};
  });
  BOOST_TEST(server.requests().empty());
}

BOOST_AUTO_TEST_CASE(stop_while_they_wait) {
  api.fault = [](const received_request&) { return reply{503, "", {{"Retry-After", "600"}}}; };
  std::stop_source stop;
  const auto shared = ingest::make_http_api(options(), counters);  // waits in real time
  const auto source = make_http_source(shared, 0);
  source->open(std::nullopt, stop.get_token());
  std::jthread stopper([&] {
    while (counters.retries_5xx == 0) {
      std::this_thread::yield();
    }
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  BOOST_CHECK_EXCEPTION(source->read(), ingest::error, fails_with(errc::cancelled, ""));
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s));
  source->close();
}

BOOST_AUTO_TEST_SUITE_END()
