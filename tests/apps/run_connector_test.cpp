#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <ctime>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

#include "support/http_server.hpp"
#include "support/ingest_run.hpp"
#include "support/shop_api.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

struct shop_run : ingest_run {
  shop_run() : ingest_run(1) {
    environment["CONNECTOR_CONFIG"] = INGEST_SOURCE_DIR "/examples/connectors/shop.config.yaml";
    environment["SHOP_URL"] = server.url("/v1");
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
    environment["RESTART_WINDOW_MS"] = "60000";
  }

  finished_process shop(const std::string& command, std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), manifest);
    return run(command, flags);
  }

  /// A file with these streams of another API, which needs no settings.
  std::string write_streams(const http_server& of, const std::string& streams) {
    environment.erase("CONNECTOR_CONFIG");
    const std::string file = (directory / "things.yaml").string();
    std::ofstream(file) << "version: 1\napi: " << of.url("") << "\nstreams:" << streams;
    return file;
  }

  const std::string manifest = INGEST_SOURCE_DIR "/examples/connectors/shop.yaml";
  shop_api api_of_shop;
  http_server server{std::ref(api_of_shop)};
};

constexpr int in_time = 59;  // orders until the 28th of February

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_run_of_a_connector, shop_run)

BOOST_AUTO_TEST_CASE(brings_each_stream_into_a_typed_table_of_its_own) {
  const auto p = shop("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM orders") == in_time);
  BOOST_TEST(
      database.value("SELECT concat_ws(' ', total, paid, updated_at AT TIME ZONE 'UTC') FROM orders WHERE id = 3") ==
      "13.50 f 2026-01-04 12:00:00");
  BOOST_TEST(number("SELECT count(*) FROM customers") == 8);
  BOOST_TEST(number("SELECT count(*) FROM customers WHERE _ingest_extra IS NOT NULL") == 0);
  BOOST_TEST(number("SELECT count(*) FROM order_items") == 2 * (in_time - 6), "six orders have none");
  BOOST_TEST(number("SELECT count(DISTINCT \"order\") FROM order_items") == in_time - 6);
  BOOST_TEST(!has(p.err, "secret"));
}

BOOST_AUTO_TEST_CASE(brings_back_what_was_changed_in_the_table_where_all_is_to_be_read) {
  BOOST_TEST(shop("run").exit_code == 0);
  environment["INCREMENTAL"] = "false";
  database.execute("DELETE FROM orders WHERE id = 3; UPDATE orders SET total = 0 WHERE id = 4");
  const auto p = shop("run", {"--stream", "orders,order items"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM orders") == in_time);
  BOOST_TEST(database.value("SELECT total FROM orders WHERE id = 4") == "14.50");
  BOOST_TEST(number("SELECT count(*) FROM order_items") == 2 * (in_time - 6));
}

BOOST_AUTO_TEST_CASE(sets_rows_of_csv_aside_that_have_no_key_instead_of_making_one_row_of_all_of_them) {
  const http_server own([](const received_request&) { return reply{200, "id,name\n1,a\n,b\n,c\n", {}}; });
  environment.erase("CONNECTOR_CONFIG");
  const std::string file = (directory / "rows.yaml").string();
  std::ofstream(file) << R"(
version: 6.0.0
type: DeclarativeSource
streams:
  - type: DeclarativeStream
    name: rows
    primary_key: id
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url_base: ")"
                      << own.url("") << R"(", path: /rows}
      decoder: {type: CsvDecoder}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
    schema_loader:
      type: InlineSchemaLoader
      schema: {type: object, properties: {id: {type: string}, name: {type: string}}}
check: {type: CheckStream, stream_names: [rows]}
)";
  const auto p = run("run", {file});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(database.value("SELECT string_agg(id || name, ',') FROM rows") == "1a");
  BOOST_TEST(number("SELECT sum(rejected) FROM ingest.slices") == 2);
  const auto as_json = run("run", {file, "--stream", "rows", "--tables", "json", "--table", "whole", "--pipeline",
                                   "whole", "--data-dir", (directory / "whole").string()});
  BOOST_TEST(as_json.exit_code == 0, as_json.err);
  BOOST_TEST(database.value("SELECT string_agg(id || (data->>'name'), ',') FROM whole") == "1a");
}

BOOST_AUTO_TEST_CASE(goes_on_with_the_other_streams_where_one_fails_and_says_so) {
  api_of_shop.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/v1/customers" ? std::optional(reply{.status = 403, .body = R"({"message":"not yours"})"})
                                     : std::nullopt;
  };
  const auto p = shop("run");
  BOOST_TEST(p.exit_code != 0);
  BOOST_TEST(has(p.err, "2 of 3 streams are complete; not these: customers"), p.err);
  BOOST_TEST(number("SELECT count(*) FROM orders") == in_time);
  BOOST_TEST(number("SELECT count(*) FROM order_items") == 2 * (in_time - 6));
}

BOOST_AUTO_TEST_CASE(waits_for_rate_limits_and_servers_that_fail) {
  int answers = 0;
  api_of_shop.fault = [&](const received_request&) -> std::optional<reply> {
    ++answers;
    return answers % 7 == 3   ? std::optional(reply{.status = 429, .body = "{}", .headers = {{"Retry-After", "1"}}})
           : answers % 7 == 5 ? std::optional(reply{.status = 503, .body = "down"})
                              : std::nullopt;
  };
  const auto p = shop("run", {"--stream", "orders"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM orders") == in_time);
  const auto told = report();
  BOOST_TEST(count_in(told, "requests") == server.requests().size());
  BOOST_TEST(count_in(told, "retries.retries_429") == static_cast<std::uint64_t>((answers + 4) / 7));
  BOOST_TEST(count_in(told, "retries.retries_5xx") == static_cast<std::uint64_t>((answers + 2) / 7));
  BOOST_TEST(count_in(told, "bytes_fetched") > in_time * 50U);
}

BOOST_AUTO_TEST_CASE(tells_of_all_its_streams_in_one_pipe_one_after_the_other) {
  const std::string pipe = (directory / "reports").string();
  BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  child_process reader({"sh", "-c", "exec 3<>'" + pipe + "'; cat <&3"});
  environment["REPORT"] = pipe;
  const auto p = shop("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  for (const char* const stream : {".orders\"", ".customers\"", ".order_items"}) {
    reader.wait_for_output(stream);
  }
}

BOOST_AUTO_TEST_CASE(is_complete_where_parents_have_no_children_to_read) {
  api_of_shop.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/v1/orders" ? std::optional(reply{.body = R"({"data":{"orders":[]}})"}) : std::nullopt;
  };
  const auto p = shop("run", {"--stream", "orders,order items"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM orders") == 0);
  BOOST_TEST(number("SELECT count(*) FROM order_items") == 0);
}

BOOST_AUTO_TEST_CASE(does_not_replace_a_table_by_what_nobody_has_said) {
  const std::vector<std::string> replaced = {"--stream", "customers",           "--write",
                                             "replace",  "--retry-deadline-ms", "50"};
  const auto answers = [&](const std::string& body) {
    api_of_shop.fault = [body](const received_request& r) -> std::optional<reply> {
      return r.path == "/v1/customers" ? std::optional(reply{.body = body}) : std::nullopt;
    };
  };
  answers("{}");
  BOOST_TEST(shop("run", replaced).exit_code == 0, "there are no rows yet");
  api_of_shop.fault = nullptr;
  BOOST_TEST(shop("run", replaced).exit_code == 0);
  for (const char* body : {"{}", R"({"people":[{"id":"c1","active":true}],"next":null})",
                           R"({"customers":[],"error":"index is being built","next":null})",
                           R"({"customers":[],"has_more":true,"next":null})"}) {
    answers(body);
    const auto p = shop("run", replaced);
    BOOST_TEST(p.exit_code == 65, p.err);
    BOOST_TEST(number("SELECT count(*) FROM customers") == 8);
  }
  answers(R"({"customers":[],"next":null})");
  const auto p = shop("run", replaced);
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM customers") == 0);
}

BOOST_AUTO_TEST_CASE(does_not_replace_a_table_of_children_where_nobody_has_said_that_there_are_no_parents) {
  std::string things = R"({"items":[{"id":1},{"id":2}]})";
  http_server own([&things](const received_request& r) {
    return reply{.body = r.path == "/things" ? things : R"({"items":[{"name":"a"}]})"};
  });
  const std::string file = write_streams(own, R"(
  things: {key: id, records: items, paginate: none}
  kids: {path: "/things/{things.id}/kids", key: none, records: items, paginate: none}
)");
  const auto first = run("run", {file, "--stream", "kids"});
  BOOST_TEST(first.exit_code == 0, first.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  things = "{}";
  const auto p = run("run", {file, "--stream", "kids", "--retry-deadline-ms", "50"});
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  things = R"({"items":[]})";
  const auto none = run("run", {file, "--stream", "kids"});
  BOOST_TEST(none.exit_code == 0, none.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 0);
}

BOOST_AUTO_TEST_CASE(asks_again_for_all_children_where_nobody_has_said_anything_of_any_of_them) {
  std::string kids = R"({"items":[{"name":"a"}]})";
  http_server own([&kids](const received_request& r) {
    return reply{.body = r.path == "/things" ? R"({"items":[{"id":1},{"id":2}]})" : kids};
  });
  const auto write_file = [&](const std::string& more) {
    return write_streams(own, R"(
  things: {key: id, records: items, paginate: none}
  kids: {path: "/things/{things.id}/kids", key: none, records: items, paginate: none)" +
                                  more + "}\n");
  };
  const std::string file = write_file("");
  const auto reads = [&](const char* answer) {
    kids = answer;
    return run("run", {file, "--stream", "kids"});
  };
  BOOST_TEST(reads(R"({"items":[{"name":"a"}]})").exit_code == 0);
  for (int night = 0; night < 2; ++night) {
    const auto p = reads(R"({"message":"come back later"})");
    BOOST_TEST(p.exit_code == 65, p.err);
    BOOST_TEST(has(p.err, "of none an answer has said without doubt that it has none"), p.err);
    BOOST_TEST(has(p.err, "run_read_anew"), p.err);
    BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  }
  const auto asked = own.requests().size();
  const auto p = reads(R"({"items":[]})");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(own.requests().size() - asked == 3U);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 0);

  BOOST_TEST(reads(R"({"items":[{"name":"a"}]})").exit_code == 0);
  BOOST_TEST(reads(R"({"message":"come back later"})").exit_code == 65);
  write_file(", errors: {ignore: [200]}");
  const auto told = reads(R"({"message":"none any more"})");
  BOOST_TEST(told.exit_code == 0, "what was given up holds nobody to its manifest: " + told.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 0);
}

BOOST_AUTO_TEST_CASE(does_not_replace_children_of_parents_of_which_there_are_doubts) {
  std::string parents = R"({"items":[{"id":1},{"id":2}]})";
  http_server own([&parents](const received_request& r) {
    return reply{.body = r.path == "/things" ? parents : R"({"items":[{"name":"a"}]})"};
  });
  const std::string file = write_streams(own, R"(
  things:
    key: id
    records: items
    paginate: none
    incremental: {field: at, param: since, until_param: until, start: 2026-01-01, step: 300d, format: date}
  kids: {path: "/things/{things.id}/kids", key: none, records: items, paginate: none}
)");
  environment["RETRY_DEADLINE_MS"] = "50";
  BOOST_TEST(run("run", {file}).exit_code == 0);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  for (const char* none : {"{}", "[]", R"({"items":[],"total":237})"}) {
    parents = none;
    for (const auto& flags : {std::vector<std::string>{file}, {file, "--stream", "kids"}}) {
      const auto p = run("run", flags);
      BOOST_TEST(p.exit_code == 65, p.err);
      BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
    }
  }
  parents = R"({"items":[]})";
  const auto p = run("run", {file});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 0);
}

BOOST_AUTO_TEST_CASE(reads_parents_once_for_themselves_and_all_their_children) {
  std::atomic<int> parents{0};
  std::atomic<bool> fails{false};
  http_server own([&](const received_request& r) {
    if (r.path != "/things") {
      return reply{.body = R"({"items":[{"name":"a"},{"name":"b"}]})"};
    }
    ++parents;
    const std::string page = r.parameter("page");
    if (fails && page == "2") {
      return reply{.status = 403, .body = "not yours"};
    }
    return reply{.body = page == "1"   ? R"({"items":[{"id":1},{"id":2}]})"
                         : page == "2" ? R"({"items":[{"id":3}]})"
                                       : R"({"items":[]})"};
  });
  const std::string file = write_streams(own, R"(
  toys: {path: "/things/{things.id}/toys", key: none, records: items, paginate: none}
  kids: {path: "/things/{things.id}/kids", key: none, records: items, paginate: none}
  things: {key: id, records: items, paginate: {page: {param: page, size: 2}}}
)");
  const auto all = run("run", {file});
  BOOST_TEST(all.exit_code == 0, all.err);
  BOOST_TEST(parents == 3, "a request a page");
  for (const char* table : {"kids", "toys"}) {
    BOOST_TEST(number(std::string("SELECT count(*) FROM ") + table) == 6);
  }
  BOOST_TEST(number("SELECT count(*) FROM things") == 3);
  parents = 0;
  const auto children = run("run", {file, "--exclude", "things"});
  BOOST_TEST(children.exit_code == 0, children.err);
  BOOST_TEST(parents == 3, "the first child keeps them for the second one");
  parents = 0;
  const auto one = run("run", {file, "--stream", "kids"});
  BOOST_TEST(one.exit_code == 0, one.err);
  BOOST_TEST(parents == 3);
  fails = true;
  const auto part = run("run", {file});
  BOOST_TEST(part.exit_code != 0, "what was read in part is none that children are known by");
  BOOST_TEST(number("SELECT count(*) FROM kids") == 6);
}

BOOST_AUTO_TEST_CASE(reads_children_of_all_parents_where_nothing_of_these_is_new) {
  for (int i = 0; i < 3; ++i) {  // the second run has no time left to ask for
    const auto p = shop("run");
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(number("SELECT count(*) FROM orders") == in_time);
    BOOST_TEST(number("SELECT count(*) FROM order_items") == 2 * (in_time - 6));
  }
}

BOOST_AUTO_TEST_CASE(does_not_replace_a_table_where_there_is_no_time_to_ask_for) {
  std::atomic<int> asked{0};
  http_server own([&](const received_request& r) {
    ++asked;
    return reply{.body = r.path == "/things" ? R"({"items":[{"id":1,"at":"2026-02-01"},{"id":2,"at":"2026-02-02"}]})"
                                             : R"({"items":[{"name":"a"}]})"};
  });
  const auto streams_from = [&](const std::string& start, const std::string& write) {
    return write_streams(own, R"(
  things:
    key: id
    write: )" + write + R"(
    records: items
    paginate: none
    incremental: {field: at, param: since, until_param: until, start: )" +
                                  start + R"(, step: 300d, format: date}
  kids: {path: "/things/{things.id}/kids", key: none, records: items, paginate: none}
)");
  };
  BOOST_TEST(run("run", {streams_from("2026-01-01", "replace")}).exit_code == 0);
  BOOST_TEST(number("SELECT count(*) FROM things") == 2);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  const std::string file = streams_from("2199-01-01", "replace");
  asked = 0;
  for (const auto& flags : {std::vector<std::string>{file}, {file, "--stream", "kids"}, {file, "--stream", "things"}}) {
    const auto p = run("run", flags);
    BOOST_TEST(p.exit_code == 65, p.err);
    BOOST_TEST(has(p.err, "no time that could be asked for"), p.err);
    BOOST_TEST(number("SELECT count(*) FROM things") == 2);
    BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  }
  streams_from("2199-01-01", "merge");
  environment["INCREMENTAL"] = "false";
  const auto p = run("run", {file});
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2, "nothing was kept of parents that nobody was asked for");
  BOOST_TEST(asked == 0);
}

BOOST_AUTO_TEST_CASE(warns_where_there_was_nothing_to_ask_for) {
  std::atomic<int> asked{0};
  http_server own([&](const received_request&) {
    ++asked;
    return reply{.body = R"({"items":[]})"};
  });
  const std::string file = write_streams(own, R"(
  things:
    key: id
    records: items
    paginate: none
    incremental: {field: at, param: since, until_param: until, start: 2199-01-01, step: 300d, format: date}
)");
  const auto p = run("run", {file});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "nothing_asked"), p.err);
  BOOST_TEST(asked == 0);
}

BOOST_AUTO_TEST_CASE(does_not_replace_children_where_the_parents_have_another_key_now) {
  std::string key = "id";
  http_server own([&](const received_request& r) {
    return reply{.body = r.path == "/things" ? R"({"items":[{")" + key + R"(":1,"x":1},{")" + key + R"(":2,"x":2}]})"
                                             : R"({"items":[{"name":"a"}]})"};
  });
  const std::string file = write_streams(own, R"(
  things: {key: x, records: items, paginate: none}
  kids: {path: "/things/{things.id}/kids", key: none, records: items, paginate: none}
)");
  BOOST_TEST(run("run", {file}).exit_code == 0);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  key = "ident";
  const auto p = run("run", {file});
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
}

BOOST_AUTO_TEST_CASE(replaces_a_table_by_what_one_process_has_read) {
  std::atomic<bool> fails{false};
  std::string changed = "2026-02-01T00:00:00Z";
  http_server own([&](const received_request& r) {
    if (r.path != "/things") {
      return fails && r.path.starts_with("/things/2") ? reply{.status = 500, .body = "{}"}
                                                      : reply{.body = R"({"items":[{"name":"a"}]})"};
    }
    const bool is_asked_for = changed >= r.parameter("since") && changed <= r.parameter("until");
    return reply{.body = is_asked_for
                             ? R"({"items":[{"id":1,"at":")" + changed + R"("},{"id":2,"at":")" + changed + R"("}]})"
                             : R"({"items":[]})"};
  });
  const std::string file = write_streams(own, R"(
  things: {key: id, records: items, paginate: none, incremental: {field: at, param: since, until_param: until, start: 2026-01-01}}
  kids: {path: "/things/{things.id}/kids", key: none, records: items, paginate: none, errors: {retries: 0}}
)");
  environment["RETRY_DEADLINE_MS"] = "50";
  environment["MAX_RESTARTS"] = "0";
  BOOST_TEST(run("run", {file}).exit_code == 0);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  fails = true;
  BOOST_TEST(run("run", {file}).exit_code != 0);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  fails = false;
  // All of them have changed since the run before has begun, which asked for nothing later than that.
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  changed.assign(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  const auto p = run("run", {file});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "run_read_anew"), p.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 2);
  BOOST_TEST(number("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'kids%'") == 1);
}

BOOST_AUTO_TEST_CASE(replaces_a_table_by_what_one_process_has_read_also_where_all_that_was_begun_before_had_ended) {
  std::atomic<bool> fails{true};
  std::atomic<int> first_left{1};
  http_server own([&](const received_request& r) {
    if (r.path != "/things") {
      return reply{.body = R"({"items":[{"name":"a"}]})"};
    }
    if (r.parameter("page") == "2") {
      std::this_thread::sleep_for(std::chrono::milliseconds(fails ? 2'000 : 0));  // until what was begun has ended
      return fails ? reply{.status = 500, .body = "{}"} : reply{.body = R"({"items":[{"id":1000}]})"};
    }
    std::string things;
    for (int i = first_left; r.parameter("page") == "1" && i <= 70; ++i) {
      things += (things.empty() ? "" : ",") + (R"({"id":)" + std::to_string(i) + "}");
    }
    return reply{.body = R"({"items":[)" + things + "]}"};
  });
  const std::string file = write_streams(own, R"(
  things: {key: id, records: items, paginate: {page: {param: page}}, errors: {retries: 0}}
  kids: {path: "/things/{things.id}/kids", key: none, records: items, paginate: none, add: {thing: "{things.id}"}}
)");
  environment["RETRY_DEADLINE_MS"] = "50";
  environment["MAX_RESTARTS"] = "0";
  BOOST_TEST(run("run", {file, "--stream", "kids"}).exit_code != 0);
  fails = false;
  first_left = 2;  // of the first thing children have been read
  // Whether another host has gone on with it meanwhile, nobody can say.
  const std::string there = environment["DATABASE_URL"];
  environment["DATABASE_URL"] = "postgresql://postgres@127.0.0.1:1/none";
  environment["DATABASE_DEADLINE_MS"] = "1000";
  const auto asked = own.requests().size();
  BOOST_TEST(run("run", {file, "--stream", "kids"}).exit_code == 69);
  BOOST_TEST(own.requests().size() == asked);
  environment["DATABASE_URL"] = there;
  const auto p = run("run", {file, "--stream", "kids"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "run_read_anew"), p.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 70);
  // What is complete is not given up because the database is away.
  const auto generation = [&] { return number("SELECT generation FROM ingest.pipelines WHERE name = 'default.kids'"); };
  const auto before = generation();
  environment["DATABASE_URL"] = "postgresql://postgres@127.0.0.1:1/none";
  const auto away = run("run", {file, "--stream", "kids"});
  BOOST_TEST(!has(away.err, "run_read_anew"), away.err);
  environment["DATABASE_URL"] = there;
  const auto next = run("run", {file, "--stream", "kids"});
  BOOST_TEST(next.exit_code == 0, next.err);
  BOOST_TEST(generation() == before + 1);
}

BOOST_AUTO_TEST_CASE(reads_what_a_parent_that_had_gone_in_mid_run_had_left_when_it_comes_back) {
  std::atomic<bool> fails{true};
  std::atomic<bool> gone{false};
  http_server own([&](const received_request& r) {
    if (r.path == "/things") {
      return reply{.body = gone ? R"({"items":[{"id":2}]})" : R"({"items":[{"id":1},{"id":2}]})"};
    }
    const std::string since = r.parameter("since");
    if (fails && r.path == "/things/1/kids" && since == "2026-01-29") {
      std::this_thread::sleep_for(std::chrono::milliseconds(1'500));  // the others are loaded meanwhile
      return reply{.status = 500, .body = "{}"};
    }
    return reply{.body = R"({"items":[{"id":")" + r.path + since + R"(","at":")" + since + R"("}]})"};
  });
  const std::string file = write_streams(own, R"(
  things: {key: id, records: items, paginate: none}
  kids:
    path: "/things/{things.id}/kids"
    key: id
    records: items
    paginate: none
    errors: {retries: 0}
    incremental: {field: at, param: since, until_param: until, start: 2026-01-01, step: 28d, format: date}
)");
  environment["RETRY_DEADLINE_MS"] = "50";
  environment["MAX_RESTARTS"] = "0";
  environment["READERS"] = "4";
  const auto missing = [&] { return number("SELECT count(*) FROM kids WHERE id = '/things/1/kids2026-01-29'") == 0; };
  BOOST_TEST(run("run", {file, "--stream", "kids"}).exit_code != 0);
  BOOST_TEST(missing());
  fails = false;
  gone = true;
  const auto p = run("run", {file, "--stream", "kids"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "slice_gone"), p.err);
  BOOST_TEST(database.value("SELECT string_agg(partition, ' ') FROM ingest.watermarks").find("\"things_id\":2") !=
             std::string::npos);
  BOOST_TEST(number("SELECT count(*) FROM ingest.watermarks") == 1, "of those that were read to their ends");
  gone = false;
  BOOST_TEST(run("run", {file, "--stream", "kids"}).exit_code == 0);
  BOOST_TEST(!missing());
}

BOOST_AUTO_TEST_CASE(reads_children_of_all_parents_where_a_part_of_their_time_is_read_again) {
  http_server own([](const received_request& r) {
    const bool parents = r.path == "/things";
    const std::string at = parents ? "2026-04-01" : "2026-02-01";
    const std::string until = r.parameter("until");
    const bool asked_for = r.parameter("since") <= at && (until.empty() || at <= until);
    return reply{.body = asked_for ? R"({"items":[{"id":1,"at":")" + at + R"("}]})" : R"({"items":[]})"};
  });
  const std::string file = write_streams(own, R"(
  things: {key: id, records: items, paginate: none, incremental: {field: at, param: since, until_param: until, start: 2026-01-01, format: date}}
  kids: {path: "/things/{things.id}/kids", key: id, records: items, paginate: none, incremental: {field: at, param: since, until_param: until, start: 2026-01-01, format: date}}
)");
  BOOST_TEST(run("run", {file}).exit_code == 0);
  database.execute("DELETE FROM kids");
  const auto found = run("verify", {file, "--to", "2026-03-01T00:00:00Z"});
  BOOST_TEST(found.exit_code == 65, found.out);
  const auto p = run("backfill", {file, "--to", "2026-03-01T00:00:00Z"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM kids") == 1);
}

BOOST_AUTO_TEST_CASE(ends_where_it_stands_with_a_child_whose_parent_has_gone_since_a_process_before) {
  std::atomic<bool> gone{false};
  std::string last_page;  // behind which the parent goes: behind the first, or before it
  http_server own([&](const received_request& r) {
    if (r.path == "/things") {
      return reply{.body = gone ? R"({"items":[{"id":2},{"id":3}]})" : R"({"items":[{"id":1},{"id":2}]})"};
    }
    const bool first = r.parameter("page") == "1";
    if (r.path == "/things/1/kids" && (!first || last_page == "0")) {
      gone = true;
      return reply{.status = 404, .body = R"({"message":"there is no such thing"})"};
    }
    return reply{.body = first ? R"({"items":[{"id":")" + r.path + R"("}]})" : R"({"items":[]})"};
  });
  const std::string file = write_streams(own, R"(
  things: {key: id, records: items, paginate: none}
  kids: {path: "/things/{things.id}/kids", key: id, records: items, paginate: {page: {size: 1}}}
)");
  environment["READERS"] = "1";
  for (const char* behind : {"1", "0"}) {
    last_page = behind;
    gone = false;
    BOOST_TEST(run("run", {file, "--stream", "kids"}).exit_code != 0);
    const auto p = run("run", {file, "--stream", "kids"});
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(has(p.err, "slice_gone"), p.err);
    BOOST_TEST(number("SELECT count(*) FROM kids WHERE id IN ('/things/2/kids', '/things/3/kids')") == 2);
  }
}

BOOST_AUTO_TEST_CASE(goes_on_behind_the_last_page_when_it_was_killed) {
  int answers = 0;
  std::atomic<bool> stands{false};
  api_of_shop.fault = [&](const received_request& r) -> std::optional<reply> {
    stands = r.path == "/v1/orders" && ++answers > 4;
    return stands ? std::optional(reply{.status = 503, .body = "down"}) : std::nullopt;
  };
  environment["READERS"] = "1";
  auto program = start("run", {manifest, "--stream", "orders"});
  await(program, [&] { return stands.load() && pages_in_ledger() > 0; });
  program.signal(SIGKILL);
  program.wait();
  api_of_shop.fault = nullptr;
  const auto before = server.requests().size();
  const auto p = shop("run", {"--stream", "orders"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM orders") == in_time);
  BOOST_TEST(server.requests().size() - before < 10u, "windows that were read are not read again");
}

BOOST_AUTO_TEST_CASE(says_of_a_stream_that_does_not_run_here_that_it_is_not_read) {
  std::string text = text_of(manifest);
  const std::string custom =
      "\n  - type: DeclarativeStream\n    name: odd\n    retriever:\n      type: CustomRetriever\n      class_name: "
      "x.y.Z\n"
      "\ncheck:";
  text.replace(text.find("\ncheck:"), 7, custom);
  std::ofstream(directory / "odd.yaml") << text;
  const auto p = run("run", {(directory / "odd.yaml").string()});
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(has(p.err, "3 of 4 streams are complete; not these: odd (78)"), p.err);
  BOOST_TEST(has(p.err, "CustomRetriever"), p.err);
  BOOST_TEST(run("run", {(directory / "odd.yaml").string(), "--exclude", "odd"}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(can_leave_out_a_stream_that_is_none_of_those_written_out) {
  std::string text = text_of(manifest);
  text.replace(text.find("\ncheck:"), 7, "\n  - {type: StateDelegatingStream, name: half}\n\ncheck:");
  const std::string file = (directory / "half.yaml").string();
  std::ofstream(file) << text;
  const auto p = run("run", {file});
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(has(p.err, "3 of 4 streams are complete; not these: half (78)"), p.err);
  const auto without = run("run", {file, "--exclude", "half"});
  BOOST_TEST(without.exit_code == 0, without.err);
}

BOOST_AUTO_TEST_CASE(refuses_what_would_lose_or_double_records) {
  const auto refused = [&](const std::vector<std::string>& flags, const std::string& why) {
    const auto p = shop("run", flags);
    BOOST_TEST(p.exit_code == 78, p.err);
    BOOST_TEST(has(p.err, why), p.err);
  };
  refused({"--write", "append"}, "stream customers has no cursor");
  refused({"--table", "one"}, "TABLE is one table");
  refused({"--to", "file:" + (directory / "x.ndjson").string()}, "TO is one file");
  refused({"--tables", "typed", "--stream", "none"}, "has no stream \"none\"");
  BOOST_TEST(shop("fetch").exit_code == 78);
}

BOOST_AUTO_TEST_CASE(prints_records_where_it_is_to_read_only) {
  auto away = environment;
  environment.erase("DATABASE_URL");
  const auto p = shop("read", {"--stream", "customers"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.out, "{\"id\":\"c1\",\"name\":\"N\",\"active\":true,\"source\":true}\n"), p.out);
  environment = away;
}

BOOST_AUTO_TEST_CASE(prints_the_first_records_only_and_leaves_the_rest_of_the_api_alone) {
  environment.erase("DATABASE_URL");
  int pages = 0;
  api_of_shop.fault = [&](const received_request& r) -> std::optional<reply> {
    if (r.path == "/v1/orders" && ++pages > 2) {
      return reply{.status = 500, .body = "nobody was to ask for this"};
    }
    return std::nullopt;
  };
  const auto all = shop("read", {"--stream", "customers"});
  const auto some = shop("read", {"--stream", "customers", "--limit", "3"});
  BOOST_TEST(some.exit_code == 0, some.err);
  BOOST_TEST(std::count(some.out.begin(), some.out.end(), '\n') == 3);
  BOOST_TEST(all.out.starts_with(some.out));
  BOOST_TEST(has(some.err, "limit_reached"), some.err);
  BOOST_TEST(has(some.err, "\"rows_loaded\":3,"), some.err);
  BOOST_TEST(has(some.err, "\"bytes_loaded\":" + std::to_string(some.out.size()) + ","), some.err);
  BOOST_TEST(shop("read", {"--stream", "customers", "--limit", "800"}).out == all.out);

  const auto one = shop("read", {"--stream", "orders,customers", "--limit", "1"});
  BOOST_TEST(one.exit_code == 0, one.err);
  BOOST_TEST(std::count(one.out.begin(), one.out.end(), '\n') == 2, one.out);
  const std::size_t first_end = one.err.find("\"rows_loaded\":1,");
  BOOST_TEST(one.err.find("\"rows_loaded\":1,", first_end + 1) != std::string::npos, one.err);

  BOOST_TEST(shop("read", {"--limit", "0"}).exit_code == 64);
  BOOST_TEST(shop("read", {"--limit", "few"}).exit_code == 64);
  const auto elsewhere = shop("read", {"--limit", "3", "--to", "file:" + (directory / "x.ndjson").string()});
  BOOST_TEST(elsewhere.exit_code == 64);
  BOOST_TEST(has(elsewhere.err, "standard output"), elsewhere.err);
}

BOOST_AUTO_TEST_CASE(names_what_is_missing_among_its_settings_and_never_shows_a_secret) {
  std::ofstream(directory / "short.yaml") << "token: very-secret\nstart: 2026-01-01\n";
  environment["CONNECTOR_CONFIG"] = (directory / "short.yaml").string();
  const auto p = shop("run");
  BOOST_TEST(p.exit_code == 78);
  BOOST_TEST(has(p.err, "base_url"), p.err);
  BOOST_TEST(has(p.err, "start_date"), p.err);
  BOOST_TEST(!has(p.err, "very-secret"), p.err);
}

BOOST_AUTO_TEST_SUITE_END()
