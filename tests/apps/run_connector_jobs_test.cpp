// Streams of connectors whose records the API prepares in jobs, with a process that dies at each of the steps.
#include <signal.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <functional>
#include <optional>

#include "support/http_server.hpp"
#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

constexpr int records_of_file = 20'000;  // two pages each

/// Exports of two files, ready at the first question for them.
class exports_api {
 public:
  reply operator()(const received_request& r) {
    if (fault) {
      if (auto instead = fault(r)) {
        return *instead;
      }
    }
    if (r.path == "/jobs") {
      return {.body = "{\"id\":\"job-" + std::to_string(++jobs) + "\"}"};
    }
    if (r.path.starts_with("/jobs/")) {
      return {.body = R"({"state":"ready","urls":[")" + base + "/files/0\",\"" + base + "/files/1\"]}"};
    }
    std::string lines;
    const int first = r.path.ends_with("0") ? 0 : records_of_file;
    for (int i = first; i < first + records_of_file; ++i) {
      lines += "{\"id\":" + std::to_string(i) + ",\"text\":\"" + std::string(300, 'x') + "\"}\n";
    }
    return {.body = lines};
  }

  std::function<std::optional<reply>(const received_request&)> fault;
  std::string base;
  std::atomic<int> jobs = 0;
};

struct exports_run : ingest_run {
  exports_run() : ingest_run(1) {
    api_of_exports.base = server.url();
    std::ofstream(directory / "config.yaml") << "url: " << server.url() << "\n";
    environment["CONNECTOR_CONFIG"] = (directory / "config.yaml").string();
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
  }

  std::string manifest(const std::string& key) const {
    const std::string path = (directory / "exports.yaml").string();
    std::ofstream(path) << R"(
version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [exports]}
spec:
  type: Spec
  connection_specification: {type: object, required: [url], properties: {url: {type: string}}}
streams:
  - type: DeclarativeStream
    name: exports
)" << key << R"(
    retriever:
      type: AsyncRetriever
      status_mapping: {running: [busy], completed: [ready], failed: [broken], timeout: []}
      status_extractor: {type: DpathExtractor, field_path: [state]}
      download_target_extractor: {type: DpathExtractor, field_path: [urls]}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
      creation_requester: {type: HttpRequester, url_base: "{{ config['url'] }}", path: jobs, http_method: POST}
      polling_requester: {type: HttpRequester, url_base: "{{ config['url'] }}", path: "jobs/{{ creation_response.id }}"}
      download_requester: {type: HttpRequester, url_base: "{{ download_target }}"}
      download_decoder: {type: JsonlDecoder}
    schema_loader:
      type: InlineSchemaLoader
      schema: {type: object, properties: {id: {type: integer}, text: {type: string}}}
)";
    return path;
  }

  /// Runs until a request is the one that stands, and `until` holds; then the process is killed.
  void run_to_its_death(const std::string& file, const std::function<bool(const received_request&)>& stands,
                        const std::function<bool()>& until) {
    std::atomic<bool> reached{false};
    api_of_exports.fault = [&](const received_request& r) -> std::optional<reply> {
      if (!stands(r)) {
        return std::nullopt;
      }
      reached = true;
      return reply{.status = 503, .body = "down"};
    };
    auto program = start("run", {file});
    await(program, [&] { return reached.load() && until(); });
    program.signal(SIGKILL);
    program.wait();
    api_of_exports.fault = nullptr;
  }

  void check_complete(const std::string& file) {
    const auto p = run("run", {file});
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(number("SELECT count(*) FROM exports") == 2 * records_of_file);
    BOOST_TEST(number("SELECT count(DISTINCT id) FROM exports") == 2 * records_of_file);
  }

  exports_api api_of_exports;
  http_server server{std::ref(api_of_exports)};
};

bool begins(const received_request& r, const char* path) {
  return r.path.starts_with(path);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_run_of_a_connector_with_jobs, exports_run)

BOOST_AUTO_TEST_CASE(asks_for_the_job_that_a_killed_process_has_created) {
  const auto file = manifest("    primary_key: [id]");
  run_to_its_death(
      file, [](const received_request& r) { return begins(r, "/jobs/"); }, [&] { return pages_in_ledger() > 0; });
  check_complete(file);
  BOOST_TEST(api_of_exports.jobs == 1);
}

BOOST_AUTO_TEST_CASE(goes_on_with_the_file_that_a_killed_process_was_reading) {
  const auto file = manifest("    primary_key: [id]");
  run_to_its_death(
      file, [](const received_request& r) { return begins(r, "/files/1"); }, [&] { return pages_in_ledger() > 2; });
  check_complete(file);
  BOOST_TEST(api_of_exports.jobs == 1);
}

BOOST_AUTO_TEST_CASE(has_each_record_once_without_a_key_too) {
  const auto file = manifest("");
  run_to_its_death(
      file, [](const received_request& r) { return begins(r, "/files/1"); }, [&] { return pages_in_ledger() > 2; });
  check_complete(file);
  BOOST_TEST(api_of_exports.jobs == 1);
}

BOOST_AUTO_TEST_CASE(makes_a_job_anew_that_the_api_has_forgotten_where_a_key_keeps_records_once) {
  const auto file = manifest("    primary_key: [id]");
  run_to_its_death(
      file, [](const received_request& r) { return begins(r, "/files/1"); }, [&] { return pages_in_ledger() > 2; });
  bool gone = true;  // until there is another job
  api_of_exports.fault = [&gone](const received_request& r) -> std::optional<reply> {
    gone = gone && r.path != "/jobs";
    return gone ? std::optional(reply{.status = 404, .body = "{}"}) : std::nullopt;
  };
  check_complete(file);
  BOOST_TEST(api_of_exports.jobs == 2);
}

BOOST_AUTO_TEST_CASE(ends_where_a_forgotten_job_would_double_records) {
  const auto file = manifest("");
  run_to_its_death(
      file, [](const received_request& r) { return begins(r, "/files/1"); }, [&] { return pages_in_ledger() > 2; });
  api_of_exports.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/jobs" ? std::nullopt : std::optional(reply{.status = 404, .body = "{}"});
  };
  const auto p = run("run", {file});
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(p.err.find("which would be there twice") != std::string::npos, p.err);
  BOOST_TEST(api_of_exports.jobs == 1);
}

BOOST_AUTO_TEST_CASE(stops_at_once_while_it_waits_for_a_job) {
  std::atomic<bool> asked{false};
  api_of_exports.fault = [&](const received_request& r) -> std::optional<reply> {
    asked = asked || begins(r, "/jobs/");
    return begins(r, "/jobs/") ? std::optional(reply{.body = R"({"state":"busy"})"}) : std::nullopt;
  };
  const auto file = manifest("    primary_key: [id]");
  auto program = start("run", {file});
  await(program, [&] { return asked.load(); });
  program.signal(SIGTERM);
  BOOST_TEST(program.wait() == 128 + SIGTERM, program.err());
  api_of_exports.fault = nullptr;
  check_complete(file);
  BOOST_TEST(api_of_exports.jobs == 1);
}

BOOST_AUTO_TEST_CASE(is_recorded_and_replayed_without_the_api) {
  api_of_exports.fault = [](const received_request& r) -> std::optional<reply> {
    return begins(r, "/files/") ? std::optional(reply{.body = "{\"id\":1,\"text\":\"a\"}\n"}) : std::nullopt;
  };
  const std::string folder = (directory / "recorded").string();
  const auto recorded = run("record", {manifest("    primary_key: [id]"), "--into", folder});
  BOOST_TEST(recorded.exit_code == 0, recorded.out + recorded.err);
  api_of_exports.fault = [](const received_request&) { return std::optional(reply{.status = 500, .body = "{}"}); };
  const auto replayed = run("test", {folder});
  BOOST_TEST(replayed.exit_code == 0, replayed.out + replayed.err);
}

BOOST_AUTO_TEST_SUITE_END()
