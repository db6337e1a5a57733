#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "support/child_process.hpp"
#include "support/http_server.hpp"
#include "support/scratch_dir.hpp"
#include "support/shop_api.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

namespace fs = std::filesystem;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A shop's API, its connector, and a directory for recordings.
struct recording {
  finished_process run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program("ingest"));
    return run_process(arguments, {environment, directory.path()}, std::chrono::seconds(100));
  }

  finished_process record(std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), {"record", manifest, "--into", folder.string()});
    return run(flags);
  }

  finished_process test(std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), {"test", folder.string()});
    return run(flags);
  }

  void change(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = text_of(file);
    BOOST_REQUIRE(has(text, from));
    put_text(file, text.replace(text.find(from), from.size(), to));
  }

  std::string file(const std::string& name) const { return (folder / name).string(); }

  /// A copy of the connector that can be changed.
  void copy_manifest() {
    fs::copy_file(manifest, directory / "shop.yaml");
    manifest = (directory / "shop.yaml").string();
  }

  scratch_dir directory;
  fs::path folder = directory / "recorded";
  shop_api api;
  http_server server{std::ref(api)};
  std::string manifest = INGEST_SOURCE_DIR "/examples/connectors/shop.yaml";
  std::map<std::string, std::string> environment = {
      {"CONNECTOR_CONFIG", INGEST_SOURCE_DIR "/examples/connectors/shop.config.yaml"},
      {"SHOP_URL", server.url("/v1")},
      {"LOG_LEVEL", "error"}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recordings_of_a_connector, recording)

BOOST_AUTO_TEST_CASE(are_replayed_without_settings_and_without_the_api) {
  const auto recorded = record();
  BOOST_TEST(recorded.exit_code == 0, recorded.err + recorded.out);
  const auto asked = server.requests().size();
  environment.clear();
  const auto p = test();
  BOOST_TEST(p.exit_code == 0, p.err + p.out);
  BOOST_TEST(has(p.out, "ok      orders: 11 exchanges, 59 records, 11 positions of 6 slices\n"), p.out);
  BOOST_TEST(has(p.out, "ok      customers: "), p.out);
  BOOST_TEST(has(p.out, "ok      order items: "), p.out);
  BOOST_TEST(server.requests().size() == asked);
}

BOOST_AUTO_TEST_CASE(are_the_same_bytes_when_they_are_made_again) {
  BOOST_TEST(record({"--stream", "orders"}).exit_code == 0);
  const std::string first = text_of(folder / "orders.exchanges.json") + text_of(folder / "orders.positions.json");
  BOOST_TEST(record({"--stream", "orders"}).exit_code == 0);
  BOOST_TEST(text_of(folder / "orders.exchanges.json") + text_of(folder / "orders.positions.json") == first);
}

BOOST_AUTO_TEST_CASE(end_at_a_limit_and_know_it) {
  const auto p = record({"--limit", "3", "--stream", "orders,order items"});
  BOOST_TEST(p.exit_code == 0, p.err + p.out);
  const auto replayed = test();
  BOOST_TEST(replayed.exit_code == 0, replayed.out);
  BOOST_TEST(has(replayed.out, "3 positions of 2 slices; cut after 3 pages"), replayed.out);
}

BOOST_AUTO_TEST_CASE(say_where_requests_differ) {
  BOOST_TEST(record({"--stream", "orders"}).exit_code == 0);
  copy_manifest();
  change(manifest, "field_name: since", "field_name: from");
  const auto p = test({"--manifest", manifest});
  BOOST_TEST(p.exit_code == 65, p.out);
  BOOST_TEST(has(p.out, "FAILED  orders: slice "), p.out);
  BOOST_TEST(has(p.out, "in the query is \"from=2026-01-01\", recorded is \"since=2026-01-01\""), p.out);
}

BOOST_AUTO_TEST_CASE(say_which_records_differ_until_a_person_has_looked) {
  BOOST_TEST(record({"--stream", "customers"}).exit_code == 0);
  copy_manifest();
  change(manifest, "path: [source]", "path: [origin]");
  const auto p = test({"--manifest", manifest});
  BOOST_TEST(p.exit_code == 65, p.out);
  BOOST_TEST(has(p.out, "FAILED  customers: record 1 has no `source`, recorded is true"), p.out);
  BOOST_TEST(has(test({"--manifest", manifest, "--update"}).out, "UPDATED customers"));
  BOOST_TEST(test({"--manifest", manifest}).exit_code == 0);
  BOOST_TEST(test().exit_code == 65);
}

BOOST_AUTO_TEST_CASE(say_what_was_recorded_and_did_not_come) {
  BOOST_TEST(record({"--stream", "customers"}).exit_code == 0);
  copy_manifest();
  change(manifest, "stop_condition: \"{{ not response['next'] }}\"", "stop_condition: \"{{ true }}\"");
  const auto p = test({"--manifest", manifest});
  BOOST_TEST(p.exit_code == 65, p.out);
  BOOST_TEST(has(p.out, "was recorded, and did not come: GET http://"), p.out);
}

BOOST_AUTO_TEST_CASE(are_read_the_same_over_faults) {
  BOOST_TEST(record({"--stream", "orders"}).exit_code == 0);
  const auto begin = std::chrono::steady_clock::now();
  put_text(folder / "faults.yaml", "orders: {1: 429, 4: cut}\n");
  const auto p = test({"--fault", "orders:6=slow"});
  BOOST_TEST(p.exit_code == 0, p.out + p.err);
  BOOST_TEST(has(p.out, "; over 3 faults"), p.out);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(30)), "nobody waits");
  const auto late = test({"--fault", "orders:99=cut"});
  BOOST_TEST(late.exit_code == 65);
  BOOST_TEST(has(late.out, "the fault cut did not come"), late.out);
  BOOST_TEST(test({"--fault", "orders:2=expired"}).exit_code == 65, "a fixed token cannot be renewed");
  BOOST_TEST(test({"--fault", "orders"}).exit_code == 64);
}

BOOST_AUTO_TEST_CASE(leave_out_streams_that_cannot_be_read) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/v1/customers" ? std::optional(reply{.status = 403, .body = R"({"message":"not yours"})"})
                                     : std::nullopt;
  };
  const auto p = record({"--stream", "orders,customers"});
  BOOST_TEST(p.exit_code != 0);
  BOOST_TEST(has(p.out, "customers: not recorded: "), p.out);
  BOOST_TEST(has(test().out, "ok      orders"), p.out);
}

BOOST_AUTO_TEST_CASE(are_never_good_where_nothing_was_compared) {
  BOOST_TEST(test().exit_code == 78);
  BOOST_TEST(record({"--stream", "orders"}).exit_code == 0);
  BOOST_TEST(test({"--stream", "customers"}).exit_code == 78);
  put_text(file("orders.exchanges.json"), "{\"groups\":[]}");
  BOOST_TEST(test().exit_code == 65);
  put_text(file("recording.json"), "{}");
  BOOST_TEST(test().exit_code == 65);
}

BOOST_AUTO_TEST_CASE(take_the_place_of_nothing_else) {
  fs::create_directory(folder);
  put_text(folder / "notes.txt", "mine");
  const auto p = record({"--stream", "orders"});
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(text_of(folder / "notes.txt") == "mine");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

constexpr const char* guarded = R"(
type: DeclarativeSource
version: 6.44.0
streams:
  - type: DeclarativeStream
    name: things
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url_base: "{{ config['url'] }}"
        path: /things
        request_parameters: {api_key: "{{ config['key'] }}"}
        request_headers: {X-Proof: "{{ ('me:' ~ config['password']) | base64encode }}"}
        authenticator:
          type: OAuthAuthenticator
          token_refresh_endpoint: "{{ config['url'] }}/token"
          client_id: "{{ config['id'] }}"
          client_secret: "{{ config['client_secret'] }}"
          refresh_token: "{{ config['refresh_token'] }}"
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [things]}}
      paginator:
        type: DefaultPaginator
        page_token_option: {type: RequestPath}
        pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.next }}", stop_condition: "{{ not response.next }}"}
    schema_loader: {type: InlineSchemaLoader, schema: {type: object}}
check: {type: CheckStream, stream_names: [things]}
spec:
  type: Spec
  connection_specification:
    type: object
    properties:
      url: {type: string}
      id: {type: string}
      key: {type: string, airbyte_secret: true}
      password: {type: string, airbyte_secret: true}
      client_secret: {type: string, airbyte_secret: true}
      refresh_token: {type: string, airbyte_secret: true}
)";

const std::vector<std::string> secrets = {"k3y-in-query/+=", "pass wörd\"1", "client&s3cret", "refresh-0123456789",
                                          "access-9876543210"};

}  // namespace

BOOST_FIXTURE_TEST_CASE(secrets_of_a_connection_and_of_its_api_are_in_no_file_of_a_recording, recording) {
  http_server guard([](const received_request& r) -> reply {
    if (r.path == "/token") {
      return {.body = R"({"access_token":"access-9876543210","expires_in":3600})",
              .headers = {{"Set-Cookie", "sid=access-9876543210"}}};
    }
    if (r.header("authorization") != "Bearer access-9876543210" || r.parameter("api_key") != secrets[0]) {
      return {.status = 401, .body = "{}"};
    }
    if (!r.parameter("page").empty()) {
      return {.body = R"({"things":[{"id":2}],"next":null})"};
    }
    return {.body = R"({"things":[{"id":1,"by":"k3y-in-query\/+=","note":"pass w\u00f6rd\"1"}],)"
                    R"("next":"/things?page=2"})"};
  });
  put_text(directory / "guarded.yaml", guarded);
  std::string config = "url: " + guard.url() + "\nid: me\n";
  const char* const names[] = {"key", "password", "client_secret", "refresh_token"};
  for (std::size_t i = 0; i < 4; ++i) {
    config += std::string(names[i]) + ": '" + secrets[i] + "'\n";
  }
  put_text(directory / "config.yaml", config);
  manifest = (directory / "guarded.yaml").string();
  environment["CONNECTOR_CONFIG"] = (directory / "config.yaml").string();
  const auto p = record();
  BOOST_TEST(p.exit_code == 0, p.err + p.out);
  std::size_t files = 0;
  const std::vector<std::string> encoded = {"k3y-in-query%2F", "k3y-in-query\\/", "client%26s3cret", "pass%20w",
                                            "pass+w",          "pass w",          "bWU6cGFzcy",      "cGFzcyB3"};
  for (const auto& entry : fs::directory_iterator(folder)) {
    ++files;
    for (const auto* list : {&secrets, &encoded}) {
      for (const std::string& secret : *list) {
        BOOST_TEST(!has(text_of(entry.path()), secret), entry.path().filename().string() + " holds " + secret);
      }
    }
  }
  BOOST_TEST(files == 5u);
  environment.erase("CONNECTOR_CONFIG");
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{}, {"--fault", "things:1=expired"}, {"--fault", "things:2=expired"}}) {
    const auto replayed = test(flags);
    BOOST_TEST(replayed.exit_code == 0, replayed.err + replayed.out);
  }
}

BOOST_FIXTURE_TEST_CASE(the_recording_among_the_examples_is_what_its_connector_reads, recording) {
  folder = INGEST_SOURCE_DIR "/examples/connectors/recorded";
  environment.clear();
  const auto p = test();
  BOOST_TEST(p.exit_code == 0, p.err + p.out);
  BOOST_TEST(has(p.out, "ok      orders: "), p.out);
  BOOST_TEST(test({"--fault", "orders:2=429", "--fault", "order items:3=cut"}).exit_code == 0);
}
