// What the files of a folder become, and what is said of those that cannot be used.
#include <rapidjson/document.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>

#include "ingest/error.hpp"
#include "serve/exposition.hpp"
#include "serve/outcome_hooks.hpp"
#include "serve/pipeline_memory.hpp"
#include "serve/pipeline_schema.hpp"
#include "serve/pipelines_folder.hpp"
#include "serve/service_http.hpp"
#include "serve/status_json.hpp"
#include "serve/status_table.hpp"
#include "serve/sync_figures.hpp"
#include "support/child_process.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::app;
using ingest::testing::put_text;
using ingest::testing::scratch_dir;

namespace {

const std::filesystem::path state = "/var/lib/ingest-test";

rest::setting_origins origins() {
  return {[](const std::string& name) -> std::optional<std::string> {
            const std::map<std::string, std::string> all = {{"DB", "postgresql://me:secret@db/x"}, {"KEY", "k-1234"}};
            const auto found = all.find(name);
            return found == all.end() ? std::nullopt : std::optional(found->second);
          },
          [](const std::string& path) -> std::string { throw error(errc::io, "cannot read " + path); }};
}

pipeline_file read(const std::string& text, const std::string& name = "orders.yaml") {
  return read_pipeline(text, "/etc/ingest/pipelines.d/" + name, state, origins());
}

std::string refusal(const std::string& text, const std::string& name = "orders.yaml") {
  try {
    read(text, name);
    return "taken";
  } catch (const error& e) {
    BOOST_TEST(name_of(e.code()) == "config");
    return e.what();
  }
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string whole = R"(# orders, for the shop
schedule: "30 2 * * mon-fri"
timezone: Europe/Berlin
jitter: 5min
timeout: 2h
overlap: queue
retries: 5
retry_wait: 30s
from: connector:)" INGEST_SOURCE_DIR R"(/examples/connectors/shop.yaml
database_url: ${DB}
stream: [orders, customers]
loaders: 3
incremental: false
connection:
  base_url: https://shop.example
  token: ${KEY}
  start_date: "2026-01-01"
)";

}  // namespace

BOOST_AUTO_TEST_SUITE(a_pipelines_file)

BOOST_AUTO_TEST_CASE(says_when_its_syncs_begin_and_with_which_settings) {
  const pipeline_file p = read(whole);
  BOOST_TEST(p.name == "orders");
  BOOST_TEST(p.rules.when.text() == "30 2 * * mon-fri");
  BOOST_TEST(p.zone == "Europe/Berlin");
  BOOST_TEST((p.rules.overlap == overlap_policy::queue));
  BOOST_TEST(p.rules.retries == 5);
  BOOST_TEST(p.rules.retry_wait.count() == 30);
  BOOST_TEST(p.timeout.count() == 7200);
  BOOST_TEST(p.rules.spread.count() <= 300);
  BOOST_TEST(p.variables.at("DATABASE_URL") == "postgresql://me:secret@db/x");
  BOOST_TEST(p.variables.at("STREAM") == "orders,customers");
  BOOST_TEST(p.variables.at("LOADERS") == "3");
  BOOST_TEST(p.variables.at("INCREMENTAL") == "false");
  BOOST_TEST(p.variables.at("PIPELINE") == "orders");
  BOOST_TEST(p.variables.at("DATA_DIR") == "/var/lib/ingest-test/orders/data");
  BOOST_TEST(p.variables.at("CONNECTOR_CONFIG") == "/var/lib/ingest-test/orders/connection.json");
  BOOST_TEST(
      p.connection ==
      R"({"base_url":"https://shop.example","token":"${KEY}","start_date":"2026-01-01"})");  // the secret itself is
                                                                                             // never written down
  BOOST_TEST(p.checked.loaders == 3);
  BOOST_TEST(p.doubts.empty());
}

BOOST_AUTO_TEST_CASE(is_refused_with_its_line_where_a_run_would_not_begin_with_it) {
  const std::string base = "database_url: ${DB}\nfrom: file:x.ndjson\n";
  const std::string shop = "database_url: ${DB}\nfrom: connector:" INGEST_SOURCE_DIR "/examples/connectors/shop.yaml\n";
  const std::vector<std::pair<std::string, std::string>> files = {
      {"[1]", "orders.yaml line 1: a pipeline is an object"},
      {"", "a pipeline is an object"},
      {"a: b: c", "orders.yaml"},
      {base + "schedul: every 1h\n", "orders.yaml line 3: there is no setting \"schedul\"; did you mean \"schedule\"?"},
      {base + "batch_sizes: 5\n", "did you mean \"batch_size\"?"},
      {base + "http_address: x\n", "http_address is the service's, not a pipeline's"},
      {base + "schedule: @daily\n", "stands in quotes"},
      {base + "schedule: */15 * * * *\n", "stands in quotes"},
      {base + "DATABASE_URL: x\n", "did you mean \"database_url\"?"},
      {"database_url: ${DB}\nfrom: connector:/nowhere.yaml\n", "orders.yaml: cannot read /nowhere.yaml"},
      {shop + "stream: orderz\nconnection: {base_url: x, token: y, start_date: '2026-01-01'}\n", "orderz"},
      {shop + "connection: {base_url: x, tokenn: y}\n", "connection: token, line 3: is required"},
      {shop, "token"},
      {base + "schedule: hourly\n", "orders.yaml line 3: schedule: \"hourly\" is no schedule"},
      {base + "schedule: 0 2 * * *\ntimezone: Europe/Bonn\n", "there is no time zone"},
      {base + "jitter: 5\n", "orders.yaml line 3: jitter: must be a time such as 30s"},
      {base + "timeout: -1s\n", "timeout: must be a time"},
      {base + "retries: many\n", "orders.yaml line 3: retries: must be a number"},
      {base + "memory: much\n", "orders.yaml line 3: memory: must be a size such as 512MiB or 2GiB"},
      {base + "memory: 64\n", "orders.yaml line 3: memory: must be a size such as 512MiB or 2GiB, of 1MiB at least"},
      {base + "max_memory: 1GiB\n", "max_memory is the service's, not a pipeline's"},
      {base + "overlap: both\n", "overlap: must be skip or queue"},
      {base + "retry_wait: 0s\n", "must be at least 1s"},
      {base + "on_failure: true\n", "orders.yaml line 3: on_failure: must be a text"},
      {base + "on_failure: [a]\n", "on_failure: must be a text"},
      {base + "on_failure: ftp://host/secret\n", "line 3: on_failure: must be a command, or the URL of a webhook"},
      {base + "on_failure: https:/host/secret\n", "must be a command, or the URL of a webhook"},
      {base + "on_complete: https:///x\n", "orders.yaml line 3: on_complete: "},
      {base + "on_failure: echo ${INGEST_ERROR}\n", "line 3: on_failure: ${…} is put in when the file is read"},
      {base + "hook_timeout: 0s\n", "orders.yaml line 3: hook_timeout: must be at least 1s"},
      {base + "loaders: 100\n", "LOADERS=100 (from /etc/ingest/pipelines.d/orders.yaml line 3): must be 1 … 64"},
      {base + "loaders: {a: 1}\n", "orders.yaml line 3: LOADERS must not be a dict"},
      {base + "log_level: debug\n", "log_level is the service's"},
      {base + "schedule: every 1h\nschedule: every 2h\n", "orders.yaml line 4"},
      {base + "connection: {a: 1}\nconnector_config: x.yaml\n", "connection: must be an object"},
      {base + "connection: 5\n", "connection: must be an object"},
      {"from: stdin\ndatabase_url: ${DB}\n", "a service has neither standard input"},
      {"from: file:x.ndjson\nto: stdout\n", "a service has neither standard input"},
      {"from: file:x.ndjson\ndatabase_url: ${NOBODY}\n", "the environment has no NOBODY"},
      {"from: file:x.ndjson\ndatabase_url: ${file:/nowhere}\n", "cannot read /nowhere"},
      {"from: file:x.ndjson\ndatabase_url: ${credential:db}\n",
       "orders.yaml: database_url, line 2: there is no credential"},
  };
  for (const auto& [text, part] : files) {
    const std::string why = refusal(text);
    BOOST_TEST(has(why, part), text + "\n  " + why);
    BOOST_TEST(!has(why, "secret"), why);
  }
  BOOST_TEST(has(refusal(base, "a b.yaml"), "the name of the file is that of its pipeline"));
  BOOST_TEST(has(refusal(base, std::string(64, 'a') + ".yaml"), "at most 63"));
}

BOOST_AUTO_TEST_CASE(has_a_share_of_memory_where_it_says_so_or_the_service_has_a_quota) {
  const auto share_of = [](const std::string& more, std::uint64_t most_memory) {
    return read_pipeline("database_url: ${DB}\nfrom: file:x.ndjson\n" + more, "/etc/ingest/pipelines.d/a.yaml", state,
                         origins(), most_memory)
        .memory;
  };
  constexpr std::uint64_t mib = 1 << 20;
  BOOST_TEST(share_of("", 0) == 0);
  BOOST_TEST(share_of("", 2048 * mib) == 256 * mib);
  BOOST_TEST(share_of("", 100 * mib) == 100 * mib);
  BOOST_TEST(share_of("memory: 1GiB\n", 0) == 1024 * mib);
  BOOST_TEST(share_of("memory: 1GiB\n", 1024 * mib) == 1024 * mib);
  BOOST_CHECK_EXCEPTION(share_of("memory: 1GiB\n", 1023 * mib), error, [](const error& e) {
    return has(e.what(), "a.yaml line 3: memory: is more than all syncs may take, which MAX_MEMORY says: 1023MiB");
  });
}

BOOST_AUTO_TEST_CASE(is_doubted_where_its_syncs_would_have_nothing_to_do) {
  const std::string api =
      "schedule: every 1h\napi_base_url: https://x.example\ntarget_api_key: ${KEY}\ndatabase_url: ${DB}\n";
  BOOST_TEST(has(read("database_url: ${DB}\nfrom: file:/nowhere.csv\n").doubts.at(0), "no file /nowhere.csv yet"));
  BOOST_TEST(has(
      read("database_url: ${DB}\nfrom: file:/nowhere.csv\nschedule: every 1d\ntimezone: Europe/Berlin\n").doubts.at(0),
      "timezone changes nothing"));
  BOOST_REQUIRE(read(api).doubts.size() == 1);
  BOOST_TEST(has(read(api).doubts.front(), "incremental: true"));
  BOOST_TEST(read(api + "incremental: true\n").doubts.empty());
}

BOOST_AUTO_TEST_CASE(of_the_examples_can_be_used_and_the_document_has_its_keys) {
  const std::filesystem::path source = INGEST_SOURCE_DIR;
  const pipelines_folder examples =
      read_pipelines(source / "examples/pipelines", state, rest::setting_origins::of_process());
  BOOST_TEST(examples.refused.empty());
  BOOST_TEST(examples.pipelines.contains("shop"));
  const std::string document = ingest::testing::text_of(source / "docs/service.md");
  for (const pipeline_key& k : pipeline_keys()) {
    const std::string row = "| `" + std::string(k.name) + "` | " + std::string(k.kind) + " | " +
                            std::string(k.default_text) + " | " + std::string(k.help) + " |";
    BOOST_TEST(has(document, row), row);
  }
}

BOOST_AUTO_TEST_CASE(has_a_schema_with_each_key_and_setting_that_it_may_have) {
  rapidjson::Document schema;
  schema.Parse(pipeline_schema().c_str());
  BOOST_REQUIRE(schema.IsObject());
  const auto& properties = schema["properties"];
  std::size_t expected = pipeline_keys().size();
  for (const pipeline_key& k : pipeline_keys()) {
    BOOST_TEST(properties.HasMember(std::string(k.name).c_str()), k.name);
  }
  for (const setting_definition& d : setting_definitions()) {
    expected += is_of_pipelines(d) ? 1 : 0;
    BOOST_TEST(properties.HasMember(d.key().c_str()) == is_of_pipelines(d), d.key());
  }
  BOOST_TEST(properties.MemberCount() == expected);
  BOOST_TEST(schema["additionalProperties"].IsFalse());
}

BOOST_AUTO_TEST_CASE(spreads_pipelines_over_their_jitter_always_the_same) {
  std::map<std::int64_t, int> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto spread = spread_of("pipeline-" + std::to_string(i), std::chrono::seconds(9));
    BOOST_REQUIRE(spread.count() >= 0);
    BOOST_REQUIRE(spread.count() <= 9);
    BOOST_REQUIRE(spread == spread_of("pipeline-" + std::to_string(i), std::chrono::seconds(9)));
    ++seen[spread.count()];
  }
  BOOST_TEST(seen.size() == 10u);
  BOOST_TEST(spread_of("x", std::chrono::seconds(0)).count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_folder_has_all_files_that_can_be_used_whatever_the_others_are) {
  const scratch_dir folder;
  const std::string good = "from: file:x.ndjson\ndatabase_url: ${DB}\n";
  put_text(folder / "a.yaml", good);
  put_text(folder / "b.yml", good + "schedule: every 1h\n");
  put_text(folder / "c.json", R"({"from": "file:x.ndjson", "database_url": "${DB}", "loaders": 1})");
  put_text(folder / "d.yaml", "nonsense");
  put_text(folder / "same.yaml", good);
  put_text(folder / "same.yml", good);
  put_text(folder / "shared.yaml", good + "data_dir: /var/lib/ingest-test/a/../a/data\n");
  put_text(folder / ".hidden.yaml", "nonsense");
  put_text(folder / "README.md", "nonsense");
  std::filesystem::create_directory(folder / "folder.yaml");
  const pipelines_folder found = read_pipelines(folder.path(), state, origins());
  std::string names;
  for (const auto& [name, p] : found.pipelines) {
    names += name + " ";
  }
  BOOST_TEST(names == "a b c ");
  BOOST_TEST(has(found.refused.at("d"), "d.yaml line 1"));
  BOOST_TEST(has(found.refused.at("same"), "another file of that name"));
  BOOST_TEST(has(found.refused.at("shared"), "data_dir is that of the pipeline a"));
  BOOST_TEST(has(found.refused.at("folder"), "is no regular file"));
  BOOST_CHECK_THROW(read_pipelines(folder / "nowhere", state, origins()), error);
  put_text(folder / "a.orders.yaml", good);
  put_text(folder / "z.yaml", good + "pipeline: b\n");
  const pipelines_folder named = read_pipelines(folder.path(), state, origins());
  BOOST_TEST(has(named.refused.at("a"), "may be a stream of, what the pipeline a.orders is called"),
             named.refused.at("a"));
  BOOST_TEST(has(named.refused.at("z"), "in the ledger it would be b"), named.refused.at("z"));
}

BOOST_AUTO_TEST_CASE(a_file_never_displaces_a_pipeline_that_is_there_already) {
  const scratch_dir folder;
  const std::string good = "from: file:x.ndjson\ndatabase_url: ${DB}\n";
  std::map<std::string, pipeline_identity> there;
  const auto read_there = [&] { return read_pipelines(folder.path(), state, origins(), 0, there); };
  const auto refused = [](const pipelines_folder& f) {
    std::string names;
    for (const auto& [name, why] : f.refused) {
      names += name + " ";
    }
    return names;
  };
  put_text(folder / "shop.yaml", good);
  put_text(folder / "stock.yaml", good + "data_dir: /srv/stock\n");
  for (const auto& [name, p] : read_there().pipelines) {
    there.emplace(name, identity_of(p));
  }

  put_text(folder / "a.yaml", good + "pipeline: shop\n");
  put_text(folder / "b.yaml", good + "data_dir: /srv/stock\n");
  BOOST_TEST(refused(read_there()) == "a b ");
  BOOST_TEST(has(read_there().refused.at("a"), "what the pipeline shop is called there"), read_there().refused.at("a"));

  // What goes on as it was, though its file is refused now, is there as well.
  put_text(folder / "shop.yaml", "nonsense");
  BOOST_TEST(refused(read_there()) == "a b shop ");
  put_text(folder / "shop.yaml", good + "data_dir: /srv/stock\n");
  put_text(folder / "c.yaml", good + "pipeline: shop.orders\n");
  BOOST_TEST(refused(read_there()) == "a b c shop ");

  // Of one whose file has gone, or calls it otherwise now, nothing is kept.
  std::filesystem::remove(folder / "b.yaml");
  std::filesystem::remove(folder / "c.yaml");
  put_text(folder / "shop.yaml", good + "pipeline: other\n");
  BOOST_TEST(refused(read_there()) == "");
  std::filesystem::remove(folder / "shop.yaml");
  BOOST_TEST(refused(read_there()) == "");
}

BOOST_AUTO_TEST_CASE(a_pipeline_cannot_be_called_as_a_file_of_the_service) {
  const scratch_dir directory;
  const std::string good = "from: file:x.ndjson\ndatabase_url: ${DB}\n";
  std::filesystem::create_directories(directory / "pipelines");
  std::filesystem::create_directories(directory / "state" / "good");
  put_text(directory / "state" / "taken", "");
  for (const char* const name : {"service.lock", "taken", "good"}) {
    put_text(directory / "pipelines" / (std::string(name) + ".yaml"), good);
  }
  const pipelines_folder found = read_pipelines(directory / "pipelines", directory / "state", origins());
  BOOST_TEST(found.pipelines.size() == 1u);
  BOOST_TEST(found.pipelines.contains("good"));
  for (const char* const name : {"service.lock", "taken"}) {
    BOOST_TEST(has(found.refused.at(name), "cannot be called " + std::string(name)), found.refused.at(name));
  }
}

BOOST_AUTO_TEST_CASE(a_hook_that_is_changed_while_it_runs_is_told_anew_as_it_is_then) {
  scratch_dir directory;
  clock_reading now{wall_time(std::chrono::seconds(1)), std::chrono::seconds(1)};
  outcome_teller teller;
  outcome_hooks hooks;
  hooks.timeout = std::chrono::minutes(1);
  hooks.on_failure = "exit 1";
  const auto until_done = [&] {
    std::optional<outcome_news> heard;
    for (int i = 0; i < 1000 && teller.is_busy() && !heard; ++i) {
      heard = teller.go_on(now);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return heard.has_value();
  };
  teller.tell(hooks, {told_event::failure, "a", {}, 1, {}}, directory.path());
  teller.go_on(now);
  hooks.on_failure = "exit 2";
  teller.change(hooks);
  BOOST_TEST(!until_done());
  BOOST_TEST(teller.problem() == "on_failure was not heard: it has ended with exit code 1");
  hooks.on_failure = "true";
  teller.change(hooks);
  teller.go_on(now);
  BOOST_TEST(until_done());
  BOOST_TEST(teller.problem().empty());
  hooks.on_failure = "exit 3";
  teller.tell(hooks, {told_event::failure, "a", {}, 1, {}}, directory.path());
  teller.go_on(now);
  hooks.on_failure.clear();
  teller.change(hooks);
  until_done();
  now.steady += std::chrono::hours(1);
  BOOST_TEST(!teller.go_on(now));
  BOOST_TEST(!teller.is_busy(), "nobody wants to be told any more");
}

BOOST_AUTO_TEST_CASE(news_that_nobody_heard_are_read_as_they_were_written_the_latest_of_each_kind) {
  const scratch_dir directory;
  const auto at = [](int s) { return wall_time(std::chrono::seconds(1'700'000'000 + s)); };
  outcome_hooks hooks;
  hooks.on_complete = hooks.on_failure = "true";
  outcome_teller teller;
  const sync_end failed{sync_outcome::failed, 69, "the \"API\" is\naway", at(0), at(5), 5.25};
  teller.tell(hooks, {told_event::failure, "a", failed, 4, at(60)}, directory.path());
  for (const int s : {10, 20}) {
    teller.tell(hooks, {told_event::complete, "a", {sync_outcome::complete, 0, "", at(s), at(s + 1), 1}, 0, {}},
                directory.path());
  }
  teller.tell(hooks, {told_event::recovery, "a", failed, 0, {}}, directory.path());  // nobody wants to hear that
  pipeline_memory m;
  m.unheard = teller.unheard();
  BOOST_REQUIRE(m.unheard.size() == 2u);
  BOOST_TEST((m.unheard.at(told_event::complete).end.began == at(20)));
  BOOST_TEST(write_memory(directory.path(), "a", m) == "");
  BOOST_TEST((read_memory(directory.path(), "a").unheard == m.unheard));
  teller.kill();
  BOOST_TEST((teller.unheard() == m.unheard));
}

BOOST_AUTO_TEST_CASE(figures_add_up_over_syncs_and_streams) {
  sync_figures f("shop");
  const auto line = [](const std::string& text) { return members_of_json(text); };
  f.begin_sync();
  f.take_line(line(R"({"event":"run_started","pipeline":"shop.orders"})"));
  f.take_line(line(R"({"event":"progress","rows_fetched":5,"rows_loaded":3,"readers_running":2})"));
  BOOST_TEST(f.all().at("orders").at("rows_fetched") == 5);
  BOOST_TEST(f.all().at("orders").at("readers_running") == 2);
  f.take_report(line(R"({"pipeline":"shop.orders","rows_fetched":7,"rows_loaded":7,"seconds":{"fetch":1.5},
                         "retries":{"retries_429":2}})"));
  f.take_line(line(R"({"event":"run_started","pipeline":"shop.items"})"));
  f.take_line(line(R"({"event":"progress","rows_fetched":11,"rows_loaded":11})"));
  f.end_sync();  // killed: what it said last counts
  f.begin_sync();
  f.take_line(line(R"({"event":"run_started","pipeline":"shop.orders"})"));
  f.take_line(line(R"({"event":"progress","rows_fetched":1})"));
  const auto all = f.all();
  BOOST_TEST(all.at("orders").at("rows_fetched") == 8);
  BOOST_TEST(all.at("orders").at("fetch_us") == 1.5e6);
  BOOST_TEST(all.at("orders").at("retries_429") == 2);
  BOOST_TEST(all.at("items").at("rows_loaded") == 11);
  BOOST_TEST(all.at("orders").count("readers_running") == 0);  // a gauge of what does not run any more
  BOOST_TEST(f.latest().size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_no_json_has_no_members) {
  for (const char* const text : {"", "ingest: oh", "[1]", "{", "{\"a\":", "5"}) {
    BOOST_TEST(members_of_json(text).empty(), text);
  }
  BOOST_TEST(text_in(members_of_json(R"({"a":"b","n":5})"), "a") == "b");
  BOOST_TEST(text_in(members_of_json(R"({"a":"b","n":5})"), "n") == "");
}

namespace {

service_status sample_status() {
  service_status s;
  pipeline_status p;
  p.name = "a\"b\\c";
  p.schedule = "every 1h";
  p.figures["orders"]["rows_loaded"] = 12345678901234.0;
  p.figures["orders"]["load_us"] = 2.5e6;
  p.figures[""]["bytes_in_flight"] = 7;
  for (const double took : {0.5, 70.0, 100000.0}) {
    p.counts.add({sync_outcome::complete, 0, "", wall_time(), wall_time(), took});
  }
  p.last = sync_end{sync_outcome::failed, 69, "the API is \"away\"", wall_time(), wall_time(), 1};
  p.failures = 1;
  s.pipelines.push_back(p);
  return s;
}

}  // namespace

BOOST_AUTO_TEST_CASE(metrics_are_what_prometheus_takes) {
  const std::string text = exposition_of(sample_status());
  BOOST_TEST(has(text, "ingest_rows_loaded_total{pipeline=\"a\\\"b\\\\c\",stream=\"orders\"} 12345678901234\n"), text);
  BOOST_TEST(has(text, "ingest_load_seconds_total{pipeline=\"a\\\"b\\\\c\",stream=\"orders\"} 2.5\n"), text);
  BOOST_TEST(has(text, "ingest_bytes_in_flight{pipeline=\"a\\\"b\\\\c\",stream=\"\"} 7\n"), text);
  BOOST_TEST(has(text, "outcome=\"complete\"} 3\n"), text);
  BOOST_TEST(has(text, "outcome=\"interrupted\"} 0\n"), text);
  BOOST_TEST(has(text, "le=\"60\"} 1\n"), text);
  BOOST_TEST(has(text, "le=\"300\"} 2\n"), text);
  BOOST_TEST(has(text, "le=\"+Inf\"} 3\n"), text);
  BOOST_TEST(!has(text, "_us"), text);
  const scratch_dir folder;
  put_text(folder / "metrics", text);
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
    BOOST_TEST_MESSAGE("skipped: promtool is not installed");
    return;
  }
  const auto checked =
      ingest::testing::run_process({"sh", "-c", "promtool check metrics < " + (folder / "metrics").string()});
  BOOST_TEST(checked.exit_code == 0, checked.out + checked.err);
}

BOOST_AUTO_TEST_CASE(a_service_is_ready_unless_files_of_its_cannot_be_used_or_it_ends) {
  service_status s = sample_status();
  BOOST_TEST(is_ready(s));
  BOOST_TEST(has(readiness_json(s), R"("failing":["a\"b\\c: the API is \"away\""])"), readiness_json(s));
  s.refused["x"] = "x.yaml line 3: no";
  BOOST_TEST(!is_ready(s));
  BOOST_TEST(has(readiness_json(s), R"("reasons":["x.yaml line 3: no"])"), readiness_json(s));
  s.refused.clear();
  s.is_stopping = true;
  BOOST_TEST(!is_ready(s));
}

BOOST_AUTO_TEST_CASE(a_status_fits_a_terminal_and_moves_no_cursor) {
  service_status s = sample_status();
  s.now = wall_time(std::chrono::hours(24 * 20000));
  s.pipelines.front().name = "orders";
  s.pipelines.front().last->error =
      "\x1b[2Jgone\r\n\xc2\x9b"
      "31m ünïcode " +
      std::string(200, 'x');
  s.refused["x"] = "x.yaml line 3: no";
  pipeline_status running = s.pipelines.front();
  running.name = "running-pipeline-with-a-very-long-name-indeed";
  running.state = pipeline_state::running;
  running.began = s.now;
  running.says = "429 from /orders, 43 s left";
  running.latest["a"]["rows_loaded"] = 12'345;
  running.latest["b"]["rows_loaded"] = 1;
  s.pipelines.push_back(running);
  for (const std::size_t width : {200U, 80U, 20U}) {
    const std::string table = status_table(status_json(s), width);
    std::size_t begin = 0;
    for (std::size_t end = table.find('\n'); end != std::string::npos; begin = end + 1, end = table.find('\n', begin)) {
      const std::string line = table.substr(begin, end - begin);
      BOOST_TEST(std::count_if(line.begin(), line.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }) <=
                 static_cast<std::ptrdiff_t>(width));
      BOOST_TEST(line.find_first_of("\x1b\r") == std::string::npos, line);
      BOOST_TEST(line.find("\xc2\x9b") == std::string::npos, line);
    }
  }
  const std::string table = status_table(status_json(s), 200);
  BOOST_TEST(has(table, ": 2 pipelines, 1 running\n"), table);
  BOOST_TEST(has(table, "failed 1 times in a row"), table);
  BOOST_TEST(has(table, "12 k rows"), table);
  BOOST_TEST(has(table, "  429 from /orders, 43 s left\n"), table);
  BOOST_TEST(has(table, "cannot be used: x.yaml line 3: no\n"), table);
  BOOST_CHECK_THROW(status_table("{}", 80), error);
  BOOST_CHECK_THROW(status_table("<html>", 80), error);
}

BOOST_AUTO_TEST_CASE(addresses_are_of_this_machine_or_not) {
  BOOST_TEST(parse_http_address("127.0.0.1:9464").is_local());
  BOOST_TEST(parse_http_address("localhost:0").is_local());
  BOOST_TEST(parse_http_address("[::1]:9464").host == "::1");
  BOOST_TEST(parse_http_address("[::1]:9464").is_local());
  BOOST_TEST(parse_http_address("unix:/run/x.sock").is_local());
  BOOST_TEST(parse_http_address("unix:/run/x.sock").socket == "/run/x.sock");
  BOOST_TEST(!parse_http_address("0.0.0.0:9464").is_local());
  BOOST_TEST(parse_http_address("0.0.0.0:9464").port == 9464);
  for (const char* const wrong : {"", "9464", ":9464", "a:", "a:b", "a:70000", "a:-1", "a:1x", "unix:"}) {
    BOOST_CHECK_THROW(parse_http_address(wrong), error);
  }
}
