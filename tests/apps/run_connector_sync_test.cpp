#include <signal.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "support/http_server.hpp"
#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

constexpr const char* manifest_text = R"(
version: 6.44.0
type: DeclarativeSource
streams:
  - type: DeclarativeStream
    name: visits
    primary_key: [id]
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: at
      datetime_format: "%Y-%m-%d"
      start_datetime: "{{ config['start'] }}"
      end_datetime: "{{ config['end'] }}"
      start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: since}
      end_time_option: {type: RequestOption, inject_into: request_parameter, field_name: until}
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url_base: "{{ config['url'] }}", path: "/{{ stream_partition.site }}"}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
      partition_router: {type: ListPartitionRouter, cursor_field: site, values: "{{ config['sites'] }}"}
    schema_loader:
      type: InlineSchemaLoader
      schema: {type: object, properties: {id: {type: string}, at: {type: string, format: date}}}
check: {type: CheckStream, stream_names: [visits]}
spec:
  type: Spec
  connection_specification:
    type: object
    required: [url, token]
    properties:
      url: {type: string}
      token: {type: string, airbyte_secret: true}
      sites: {type: array, items: {type: string}}
      start: {type: string, default: "2026-01-01"}
      end: {type: string, default: "2026-03-31"}
)";

struct visit {
  std::string site;
  std::string day;
  bool operator<(const visit& o) const { return std::tie(site, day) < std::tie(o.site, o.day); }
};

struct visits_run : ingest_run {
  visits_run() : ingest_run(1) {
    std::ofstream(manifest) << manifest_text;
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
    environment["CONNECTOR_CONFIG"] = config;
    environment["PIPELINE"] = "default";  // so that it is the same source, whatever its settings
    environment["RESTART_WINDOW_MS"] = "60000";
    environment["READERS"] = "1";
    configure(R"(["a", "b"])");
  }

  void configure(const std::string& sites, const std::string& more = "", const std::string& token = "one") const {
    std::ofstream(config) << "url: " << server.url("/v1") << "\ntoken: " << token << "\nsites: " << sites << "\n"
                          << more << "\n";
  }

  reply answer(const received_request& r) {
    if (fault) {
      if (auto instead = fault(r)) {
        return *instead;
      }
    }
    std::string found;
    for (const visit& v : visits) {
      if ("/v1/" + v.site == r.path && v.day >= r.parameter("since") && v.day <= r.parameter("until")) {
        found +=
            (found.empty() ? "" : ",") + std::string(R"({"id":")") + v.site + v.day + R"(","at":")" + v.day + "\"}";
      }
    }
    return {.body = "[" + found + "]"};
  }

  finished_process sync(std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), manifest);
    return run("run", flags);
  }

  /// What was asked for since the last call: "a since 2026-01-01", without repetitions.
  std::set<std::string> asked() {
    std::set<std::string> all;
    const auto requests = server.requests();
    for (; seen < requests.size(); ++seen) {
      all.insert(requests[seen].path.substr(4) + " since " + requests[seen].parameter("since"));
    }
    return all;
  }

  std::uint64_t loaded() const { return number("SELECT count(*) FROM visits"); }
  std::uint64_t watermarks() const {
    return number("SELECT count(*) FROM ingest.watermarks WHERE pipeline = 'default.visits' AND stream = 'visits'");
  }

  const std::string manifest = (directory / "visits.yaml").string();
  const std::string config = (directory / "config.yaml").string();
  std::set<visit> visits = {{"a", "2026-01-05"}, {"a", "2026-01-10"}, {"b", "2026-02-20"}};
  std::function<std::optional<reply>(const received_request&)> fault;
  std::size_t seen = 0;
  http_server server{[this](const received_request& r) { return answer(r); }};
};

using texts = std::set<std::string>;

constexpr const char* children_manifest = R"(
version: 6.44.0
type: DeclarativeSource
definitions:
  api: {type: HttpRequester, url_base: "{{ config['url'] }}"}
  cursor: {type: DatetimeBasedCursor, datetime_format: "%Y-%m-%dT%H:%M:%SZ", start_datetime: "2026-01-01T00:00:00Z"}
streams:
  - type: DeclarativeStream
    name: things
    primary_key: id
    incremental_sync:
      $ref: "#/definitions/cursor"
      cursor_field: updated_at
      start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: since}
    retriever:
      type: SimpleRetriever
      requester: {$ref: "#/definitions/api", path: things}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [things]}}
  - type: DeclarativeStream
    name: parts
    primary_key: id
    incremental_sync: {$ref: "#/definitions/cursor", cursor_field: made_at, is_client_side_incremental: true}
    retriever:
      type: SimpleRetriever
      requester: {$ref: "#/definitions/api", path: "things/{{ stream_partition.thing }}/parts"}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [parts]}}
      partition_router:
        type: SubstreamPartitionRouter
        parent_stream_configs:
          - type: ParentStreamConfig
            stream: {$ref: "#/streams/0"}
            parent_key: id
            partition_field: thing
            incremental_dependency: true
check: {type: CheckStream, stream_names: [things]}
spec:
  type: Spec
  connection_specification: {type: object, properties: {url: {type: string}}}
)";

constexpr const char* children_api = R"(
resources:
  things:
    records: 30
    fields: {id: id, updated_at: {kind: time, from: 2026-01-01T00:00:00Z, step_s: 60, format: iso}}
    pagination: none
    format: {kind: json, records: things}
    filter: {since: since, since_inclusive: true, format: iso}
    changes: {}
  parts:
    parent: things
    path: /things/{parent}/parts
    records: 2
    fewest: 2
    fields: {id: id, thing: parent, made_at: {kind: time, from: 2026-01-01T00:00:00Z, step_s: 60, format: iso}}
    pagination: none
    format: {kind: json, records: parts}
    faults:
      - {kind: slow, every: 1, delay_ms: 20}
)";

/// Children of a parent that says by its own time which of them are worth a look.
struct dependent_run : ingest_run {
  dependent_run() : ingest_run(1) {
    std::ofstream(manifest) << children_manifest;
    std::ofstream(config) << "url: " << things.url();
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
    environment["CONNECTOR_CONFIG"] = config;
    environment["PIPELINE"] = "default";
    environment["READERS"] = "1";
  }

  /// Whose children were asked for since the time before, as often as that was.
  std::multiset<std::string> visited() {
    const std::string all = things.requests();
    std::multiset<std::string> found;
    std::size_t at = seen_;
    seen_ = all.size();
    for (; (at = all.find("/things/", at)) != std::string::npos && at < seen_; at += 8) {
      found.insert(all.substr(at + 8, all.find("/parts", at) - at - 8));
    }
    return found;
  }

  /// Their ids, by what they were changed to.
  std::set<std::string> changed(int count) {
    const std::string before = things.truth("things");
    things.control("changes?resource=things&count=" + std::to_string(count));
    const std::string after = things.truth("things");
    std::set<std::string> ids;
    for (std::size_t at = 0; at < after.size(); at = after.find('\n', at) + 1) {
      const std::string line = after.substr(at, after.find('\n', at) - at);
      if (before.find(line) == std::string::npos) {
        const std::size_t id = line.find("\"id\":") + 5;
        ids.insert(line.substr(id, line.find_first_of(",}", id) - id));
      }
    }
    return ids;
  }

  finished_process sync() const { return run("run", {manifest, "--stream", "parts"}); }

  const std::string manifest = (directory / "things.yaml").string();
  const std::string config = (directory / "config.yaml").string();
  described_api things{children_api};
  std::size_t seen_ = 0;
};

bool has_all(const std::multiset<std::string>& visited, const std::set<std::string>& ids) {
  return std::all_of(ids.begin(), ids.end(), [&](const std::string& id) { return visited.contains(id); });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_next_run_of_a_connector, visits_run)

BOOST_AUTO_TEST_CASE(reads_each_partition_from_where_the_run_before_has_left_it) {
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(asked() == (texts{"a since 2026-01-01", "b since 2026-01-01"}), boost::test_tools::per_element());
  BOOST_TEST(loaded() == 3u);
  visits.insert({{"a", "2026-03-01"}, {"b", "2026-03-02"}, {"c", "2026-01-02"}});
  configure(R"(["a", "b", "c"])");
  const auto p = sync();
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(asked() == (texts{"a since 2026-01-10", "b since 2026-02-20", "c since 2026-01-01"}),
             boost::test_tools::per_element());
  BOOST_TEST(loaded() == 6u);
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(asked() == (texts{"a since 2026-03-01", "b since 2026-03-02", "c since 2026-01-02"}),
             boost::test_tools::per_element());
  BOOST_TEST(loaded() == 6u);
}

BOOST_AUTO_TEST_CASE(is_refused_where_the_source_may_be_another_one_and_the_pipeline_has_no_name_of_its_own) {
  environment.erase("PIPELINE");
  BOOST_TEST(sync().exit_code == 0);
  asked();
  const auto is_refused = [&](const finished_process& p, const std::string& because) {
    BOOST_TEST(p.exit_code == 78, p.err);
    BOOST_TEST(p.err.find("PIPELINE") != std::string::npos, p.err);
    BOOST_TEST(p.err.find(because) != std::string::npos, p.err);
  };
  // The same API as it is for another customer, who has older visits.
  configure(R"(["a", "b"])", "start: 2025-01-01");
  visits.insert({"a", "2025-12-24"});
  is_refused(sync(), "the settings of its connection");
  is_refused(run("backfill", {manifest, "--to", "2026-02-01T00:00:00Z"}), "the settings of its connection");
  BOOST_TEST(loaded() == 3u);
  configure(R"(["a", "b"])", "", "another token");
  BOOST_TEST(sync().exit_code == 0, "a key that was renewed");
  // Another connector that has a stream of that name; on a host that has only the database.
  const std::string other = (directory / "other.yaml").string();
  std::ofstream(other) << manifest_text << "description: of somebody else\n";
  environment["DATA_DIR"] = (directory / "elsewhere").string();
  is_refused(run("run", {other}), "other.yaml");
  asked();
  environment["PIPELINE"] = "other";
  BOOST_TEST(run("run", {other, "--table", "visits_of_others"}).exit_code == 0);
  BOOST_TEST(asked() == (texts{"a since 2026-01-01", "b since 2026-01-01"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(reads_all_of_it_where_that_is_asked_for_and_after_fresh) {
  BOOST_TEST(sync().exit_code == 0);
  database.execute("DELETE FROM visits WHERE id = 'a2026-01-05'");
  asked();
  environment["INCREMENTAL"] = "false";
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(asked() == (texts{"a since 2026-01-01", "b since 2026-01-01"}), boost::test_tools::per_element());
  BOOST_TEST(loaded() == 3u);
  environment.erase("INCREMENTAL");
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(asked() == (texts{"a since 2026-01-10", "b since 2026-02-20"}), boost::test_tools::per_element());
  BOOST_TEST(sync({"--fresh", "--yes"}).exit_code == 0);
  BOOST_TEST(asked() == (texts{"a since 2026-01-01", "b since 2026-01-01"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(begins_at_the_start_that_is_set_now_where_nothing_was_found_before) {
  visits.clear();
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(watermarks() == 0u);
  visits = {{"a", "2025-05-05"}};
  configure(R"(["a", "b"])", "start: 2025-01-01");
  const auto p = sync();
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(loaded() == 1u);
}

BOOST_AUTO_TEST_CASE(begins_where_it_did_if_the_run_before_was_killed_between_its_partitions) {
  std::atomic<bool> stands{false};
  fault = [&](const received_request& r) -> std::optional<reply> {
    stands = stands || r.path == "/v1/b";
    return r.path == "/v1/b" ? std::optional(reply{.status = 503, .body = "down"}) : std::nullopt;
  };
  auto program = start("run", {manifest});
  await(program, [&] { return stands.load() && pages_in_ledger() > 0; });
  program.signal(SIGKILL);
  program.wait();
  BOOST_TEST(watermarks() == 0u, "a watermark moves when all of the run is complete");
  fault = nullptr;
  asked();
  configure(R"(["a", "b"])", "", "another token");
  const auto p = sync();
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(asked() == (texts{"b since 2026-01-01"}), boost::test_tools::per_element());
  BOOST_TEST(watermarks() == 2u);
  BOOST_TEST(loaded() == 3u);
}

BOOST_AUTO_TEST_CASE(has_the_windows_that_it_began_with_when_it_is_killed_as_the_second_one) {
  BOOST_TEST(sync().exit_code == 0);
  visits.insert({{"a", "2026-03-01"}, {"b", "2026-03-02"}});
  std::atomic<bool> stands{false};
  fault = [&](const received_request& r) -> std::optional<reply> {
    stands = stands || r.path == "/v1/b";
    return r.path == "/v1/b" ? std::optional(reply{.status = 503, .body = "down"}) : std::nullopt;
  };
  auto program = start("run", {manifest});
  await(program, [&] { return stands.load() && number("SELECT count(*) FROM visits WHERE id = 'a2026-03-01'") == 1; });
  program.signal(SIGKILL);
  program.wait();
  fault = nullptr;
  asked();
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(asked() == (texts{"b since 2026-02-20"}), boost::test_tools::per_element());
  BOOST_TEST(loaded() == 5u);
}

BOOST_AUTO_TEST_CASE(does_not_replace_a_table_by_what_is_new_where_it_was_to_read_that_and_could_not_begin) {
  BOOST_TEST(sync().exit_code == 0);
  visits.insert({"a", "2026-03-01"});
  environment["KEY"] = "id,at";
  BOOST_TEST(sync().exit_code == 78, "the table's key is another one");
  environment.erase("KEY");
  environment["WRITE"] = "replace";
  const auto p = sync();
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(loaded() == 3u);
  environment.erase("WRITE");
  BOOST_TEST(sync().exit_code == 0);
  environment["WRITE"] = "replace";
  const auto all = sync();
  BOOST_TEST(all.exit_code == 0, all.err);
  BOOST_TEST(loaded() == 4u, "all of it, not what is new alone");
}

BOOST_AUTO_TEST_CASE(waits_for_a_database_that_is_away_rather_than_begin_at_the_beginning) {
  BOOST_TEST(sync().exit_code == 0);
  asked();
  const std::string there = environment["DATABASE_URL"];
  environment["DATABASE_URL"] = "postgresql://postgres@127.0.0.1:1/none";
  environment["DATABASE_DEADLINE_MS"] = "1000";
  const auto p = sync();
  BOOST_TEST(p.exit_code == 69, p.err);
  BOOST_TEST(asked().empty());
  environment["DATABASE_URL"] = there;
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(asked() == (texts{"a since 2026-01-10", "b since 2026-02-20"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(is_not_moved_by_a_backfill_of_a_part_of_its_time) {
  BOOST_TEST(sync().exit_code == 0);
  database.execute("DELETE FROM visits");
  asked();
  const auto p = run("backfill", {manifest, "--from", "2026-01-08T00:00:00Z", "--to", "2026-02-01T00:00:00Z"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(asked() == (texts{"a since 2026-01-08", "b since 2026-01-08"}), boost::test_tools::per_element());
  BOOST_TEST(server.requests().back().parameter("until") == "2026-02-01");
  BOOST_TEST(database.value("SELECT string_agg(id, ',') FROM visits") == "a2026-01-10");
  BOOST_TEST(watermarks() == 2u);
  BOOST_TEST(number("SELECT count(*) FROM ingest.watermarks") == 2u);
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(asked() == (texts{"a since 2026-01-10", "b since 2026-02-20"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(is_verified_against_its_source) {
  BOOST_TEST(sync().exit_code == 0);
  const auto same = run("verify", {manifest});
  BOOST_TEST(same.exit_code == 0, same.out << same.err);
  BOOST_TEST(same.out.find("\"visits\": 3 rows, the source has 3; 0 missing") != std::string::npos, same.out);
  database.execute("DELETE FROM visits WHERE id LIKE 'a%'; UPDATE visits SET at = '2020-01-01'");
  const auto differs = run("verify", {manifest});
  BOOST_TEST(differs.exit_code == 65, differs.out);
  BOOST_TEST(differs.out.find("2 missing") != std::string::npos, differs.out);
  BOOST_TEST(differs.out.find("1 different ([\"b2026-02-20\"])") != std::string::npos, differs.out);
  BOOST_TEST(loaded() == 1u);
  asked();
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(asked() == (texts{"a since 2026-01-10", "b since 2026-02-20"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_sync_of_children_that_depend_on_what_is_new_of_their_parents, dependent_run)

BOOST_AUTO_TEST_CASE(reads_those_of_parents_that_have_changed) {
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(visited().size() == 30U);
  const std::set<std::string> ids = changed(4);
  const auto p = sync();
  BOOST_TEST(p.exit_code == 0, p.err);
  const auto seen = visited();
  BOOST_TEST(has_all(seen, ids));
  BOOST_TEST(seen.size() <= ids.size() + 1, "and the one that the run before has ended with");
  BOOST_TEST(number("SELECT count(*) FROM parts") == 60);

  environment["INCREMENTAL"] = "false";
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(visited().size() == 30U);
  environment.erase("INCREMENTAL");
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(visited().size() <= ids.size());
  std::ofstream(config) << "url: " << things.url() << "\naccounts: [all]\n";
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(visited().size() == 30U, "of other settings it may have others");
}

BOOST_AUTO_TEST_CASE(misses_no_parent_that_changes_while_a_run_is_killed_and_goes_on) {
  BOOST_TEST(sync().exit_code == 0);
  visited();
  std::set<std::string> ids = changed(8);
  auto program = start("run", {manifest, "--stream", "parts"});
  const auto before = things.counter("parts.requests");
  await(program, [&] { return things.counter("parts.requests") > before + 2; });
  program.signal(SIGKILL);
  program.wait();
  ids.merge(changed(6));
  for (int i = 0; i < 2; ++i) {
    const auto p = sync();
    BOOST_TEST(p.exit_code == 0, p.err);
  }
  BOOST_TEST(has_all(visited(), ids));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// What an advertiser's report is like: no record has a key.
struct clicks_run : visits_run {
  clicks_run() {
    std::string text = manifest_text;
    replace(text, "    primary_key: [id]\n", "");
    replace(text, "      end_datetime:", "      step: P1M\n      cursor_granularity: PT0S\n      end_datetime:");
    std::ofstream(manifest) << text;
    configure(R"(["a", "b"])");
    fault = [this](const received_request& r) -> std::optional<reply> {
      std::string found;
      for (const auto& [day, clicks] : days) {
        if (day >= r.parameter("since") && day <= r.parameter("until")) {
          found += (found.empty() ? "" : ",") + std::string(R"({"at":")") + day + R"(","clicks":)" +
                   std::to_string(clicks) + "}";
        }
      }
      return reply{.body = "[" + found + "]"};
    };
  }

  static void replace(std::string& in, const std::string& what, const std::string& by) {
    BOOST_REQUIRE(in.find(what) != std::string::npos);
    in.replace(in.find(what), what.size(), by);
  }

  std::string table() const {
    return database.value(
        "SELECT string_agg(to_char(at, 'MM-DD') || ' ' || clicks, ', ' ORDER BY at, clicks) FROM visits");
  }

  /// The 1st of February is in two windows.
  std::multimap<std::string, int> days = {{"2026-01-10", 5}, {"2026-02-01", 7}, {"2026-02-01", 7}, {"2026-02-28", 1}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_sync_of_a_stream_without_a_key, clicks_run)

BOOST_AUTO_TEST_CASE(appends_each_version_of_a_record_once_wherever_windows_and_runs_overlap) {
  const auto first = sync();
  BOOST_TEST(first.exit_code == 0, first.err);
  BOOST_TEST(table() == "01-10 5, 01-10 5, 02-01 7, 02-01 7, 02-01 7, 02-01 7, 02-28 1, 02-28 1",
             "of two sites, each as often as it came");

  asked();
  days = {{"2026-01-10", 6}, {"2026-02-01", 8}, {"2026-02-28", 1}, {"2026-02-28", 2}};
  const auto second = sync();
  BOOST_TEST(second.exit_code == 0, second.err);
  BOOST_TEST(
      (asked() == texts{"a since 2026-02-28", "b since 2026-02-28", "a since 2026-03-28", "b since 2026-03-28"}));
  BOOST_TEST(table() == "01-10 5, 01-10 5, 02-01 7, 02-01 7, 02-01 7, 02-01 7, 02-28 1, 02-28 1, 02-28 2, 02-28 2",
             "what is before the watermark is as it was");
  BOOST_TEST(
      database.value("SELECT format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = 'visits'::regclass AND "
                     "attname = '_ingest_id'") == "uuid");
}

BOOST_AUTO_TEST_CASE(replaces_the_table_where_each_run_is_to_read_everything) {
  environment["INCREMENTAL"] = "false";
  BOOST_TEST(sync().exit_code == 0);
  days = {{"2026-02-01", 8}, {"2026-02-01", 8}};
  const auto second = sync();
  BOOST_TEST(second.exit_code == 0, second.err);
  BOOST_TEST(table() == "02-01 8, 02-01 8, 02-01 8, 02-01 8", "once, though two windows have it");
}

BOOST_AUTO_TEST_CASE(has_no_place_in_a_table_of_json_for_what_tells_records_apart) {
  environment["TABLES"] = "json";
  environment["WRITE"] = "append";
  const auto refused = sync();
  BOOST_TEST(refused.exit_code == 78);
  BOOST_TEST(refused.err.find("for a table of (id, data)") != std::string::npos, refused.err);
}

BOOST_AUTO_TEST_CASE(has_records_without_a_time_once_though_each_run_gets_them) {
  fault = [](const received_request& r) -> std::optional<reply> {
    const bool is_last = r.parameter("since") >= "2026-03";
    return reply{.body = is_last ? R"([{"at":"2026-03-20","n":1},{"at":null,"n":2},{"n":3},{"at":null,"n":2}])" : "[]"};
  };
  for (int i = 0; i < 3; ++i) {
    configure(R"(["a"])", "end: '2026-04-0" + std::to_string(i + 1) + "'");
    const auto p = sync();
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(loaded() == 4U);
  }
}

BOOST_AUTO_TEST_CASE(has_what_a_backfill_brings_beside_what_is_there) {
  days.emplace("2026-03-05", 9);
  BOOST_TEST(sync().exit_code == 0);
  BOOST_TEST(loaded() == 10U);
  database.execute("DELETE FROM visits WHERE at < '2026-02-15'");
  for (const auto& [from, to, rows] :
       {std::tuple("2026-01-01", "2026-01-20", 6U), std::tuple("2026-01-20", "2026-02-20", 10U),
        std::tuple("2026-01-01", "2026-03-20", 10U)}) {
    const auto p = run("backfill", {manifest, "--from", from, "--to", to});
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(loaded() == rows);
  }
}

BOOST_AUTO_TEST_CASE(says_what_to_do_with_a_table_whose_rows_have_no_identity) {
  database.execute("CREATE TABLE visits (at date, clicks bigint, _ingest_extra jsonb)");
  const auto p = sync();
  BOOST_TEST(p.exit_code == 78);
  BOOST_TEST(p.err.find("by which records without a key are known") != std::string::npos, p.err);
}

BOOST_AUTO_TEST_CASE(is_told_before_it_is_run) {
  const auto p = run("discover", {manifest});
  BOOST_TEST(p.out.find("no key but _ingest_id, of all that a record has; append; new ones by at") != std::string::npos,
             p.out);
  const auto compared = run("verify", {manifest});
  BOOST_TEST(compared.exit_code != 0);
  BOOST_TEST(compared.out.find("have no key") != std::string::npos, compared.out);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_sync_that_appends, visits_run)

BOOST_AUTO_TEST_CASE(has_a_row_for_each_version_of_a_record_that_has_a_key) {
  environment["WRITE"] = "append";
  BOOST_TEST(sync().exit_code == 0);
  fault = [](const received_request& r) -> std::optional<reply> {
    return reply{.body = r.path == "/v1/b" ? R"([{"id":"b2026-02-20","at":"2026-02-20","note":"changed"}])" : "[]"};
  };
  for (int i = 0; i < 2; ++i) {
    const auto p = sync();
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(number("SELECT count(*) FROM visits WHERE id = 'b2026-02-20'") == 2U);
    BOOST_TEST(loaded() == 4U);
  }
}

BOOST_AUTO_TEST_CASE(needs_no_key_that_a_table_could_not_have) {
  std::string text = manifest_text;
  clicks_run::replace(text, "primary_key: [id]", "primary_key: [[id, part]]");
  std::ofstream(manifest) << text;
  BOOST_TEST(sync().exit_code == 78);
  environment["WRITE"] = "append";
  const auto p = sync();
  BOOST_TEST(p.exit_code == 0, p.err);
  environment.erase("WRITE");
  environment["KEY"] = "none";
  const auto keyless = sync();
  BOOST_TEST(keyless.exit_code == 0, keyless.err);
  BOOST_TEST(loaded() == 3U);
}

BOOST_AUTO_TEST_CASE(is_refused_where_each_run_reads_everything) {
  environment["WRITE"] = "append";
  std::string text = manifest_text;
  const std::size_t from = text.find("    incremental_sync:");
  text.erase(from, text.find("    retriever:") - from);
  std::ofstream(manifest) << text;
  const auto p = sync();
  BOOST_TEST(p.exit_code == 78);
  BOOST_TEST(p.err.find("stream visits has no cursor") != std::string::npos, p.err);
}

BOOST_AUTO_TEST_SUITE_END()
