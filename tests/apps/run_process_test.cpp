#include <signal.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;
namespace fs = std::filesystem;

namespace {

/// A tap of the numbers from its state on, with a STATE behind every hundredth, and a source of Airbyte's kind that
/// does the same. What it writes of a number is never the same twice. The variables say what goes wrong, and once only:
/// what has happened is a file in TAP_DIR.
constexpr const char* numbers_source = R"SH(
from=0 discovers= airbyte=
[ "$1" = read ] && airbyte=1
[ "$1" = discover ] && airbyte=1 && discovers=1
while [ $# -gt 0 ]; do
  case $1 in
    --state) from=$(sed 's/.*"at": *\([0-9]*\).*/\1/' "$2"); cp "$2" "$TAP_DIR/state.last"; shift;;
    --catalog) cp "$2" "$TAP_DIR/catalog.last"; shift;;
    --config) cp "$2" "$TAP_DIR/config.last"; shift;;
    --discover) discovers=1;;
  esac
  shift
done
schema='{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"},"by":{"type":"string"}}}'
if [ -n "$discovers" ] && [ -n "$airbyte" ]; then
  echo '{"type":"CATALOG","catalog":{"streams":[{"name":"numbers","json_schema":'"$schema"',"supported_sync_modes":["full_refresh"'"${TAP_MODES-,\"incremental\"}"'],"source_defined_cursor":true,"source_defined_primary_key":['"${TAP_KEY-[\"id\"]}"']}]}}'
  exit
fi
if [ -n "$discovers" ]; then
  echo '{"streams":[{"tap_stream_id":"numbers","stream":"numbers","schema":'"$schema"',"metadata":[{"breadcrumb":[],"metadata":{"table-key-properties":['"${TAP_KEY-\"id\"}"'],"forced-replication-method":"'"${TAP_METHOD-INCREMENTAL}"'"}}]}]}'
  exit
fi
echo "$from" >> "$TAP_DIR/begun"
echo $$ > "$TAP_DIR/pid"
[ -n "${TAP_IS_SILENT:-}" ] && exit
once() { [ ! -e "$TAP_DIR/$1" ] && : > "$TAP_DIR/$1"; }
if [ -n "$airbyte" ]; then
  record() { printf '{"type":"RECORD","record":{"stream":"numbers","emitted_at":1,"data":{"id":%d,"name":"number %d","by":"%d"}}}\n' $1 $1 $$; }
  state() { printf '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"numbers"},"stream_state":{"at":%d}}}}\n' $1; }
else
  record() { printf '{"type":"RECORD","stream":"numbers","record":{"id":%d,"name":"number %d","by":"%d"}}\n' $1 $1 $$; }
  state() { printf '{"type":"STATE","value":{"at":%d}}\n' $1; }
  printf '{"type":"SCHEMA","stream":"numbers","schema":%s,"key_properties":[%s]}\n' "$schema" "${TAP_KEY-\"id\"}"
fi
eval "${TAP_BEGINS:-}"
n=$from
while [ $n -lt ${TAP_LAST:-2000} ]; do
  n=$((n+1))
  record $n
  [ "$n" = "${TAP_STANDS_AT:-}" ] && once stood && : > "$TAP_DIR/stands" && sleep 1000
  [ "$n" = "${TAP_DIES_AT:-}" ] && once died && kill -9 $$
  [ "$n" = "${TAP_FAILS_AT:-}" ] && { echo "the account sesame is closed" >&2; exit 1; }
  [ "$n" = "${TAP_PRINTS_AT:-}" ] && echo "${TAP_PRINTS}"
  [ $((n % 100)) = 0 ] && state $n
done
state $n
eval "${TAP_ENDS:-}"
)SH";

struct numbers_run : ingest_run {
  numbers_run() : ingest_run(1) {
    fs::create_directory(directory / "tap");
    put_text(directory / "source-numbers", "#!/bin/sh\n" + std::string(numbers_source));
    fs::permissions(directory / "source-numbers", fs::perms::owner_all);
    put_text(directory / "config.json", R"({"account":{"api_token":"sesame"},"url":"x"})");
    environment["TAP_DIR"] = (directory / "tap").string();
    environment["CONNECTOR_CONFIG"] = (directory / "config.json").string();
    environment["FROM"] = "singer:" + (directory / "source-numbers").string();
    environment["RANGE_BYTES"] = "65536";
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
    environment.erase("BATCH_SIZE");
  }

  void speak_airbyte() { environment["FROM"] = "airbyte:" + (directory / "source-numbers").string(); }

  std::string tap(const std::string& file) const { return text_of(directory / "tap" / file); }

  /// Whether the table has the numbers 1 to n, each once.
  bool has_each_once(int n) const {
    return database.value("SELECT concat_ws(' ', count(*), count(DISTINCT id), min(id), max(id)) FROM numbers") ==
           std::to_string(n) + " " + std::to_string(n) + " 1 " + std::to_string(n);
  }

  /// Each in a pipeline of its own, of a source that is read on from its state and of one that is not.
  template <class F>
  void with_a_key_and_without(F&& f) {
    int pipeline = 0;
    for (const char* const key : {"\"id\"", ""}) {
      for (const char* const method : {"INCREMENTAL", "FULL_TABLE"}) {
        environment["PIPELINE"] = "p" + std::to_string(++pipeline);
        environment["DATA_DIR"] = (directory / environment["PIPELINE"]).string();
        environment["TAP_KEY"] = key;
        environment["TAP_METHOD"] = method;
        database.execute("DROP TABLE IF EXISTS numbers; DROP SCHEMA IF EXISTS ingest CASCADE");
        f(std::string(key) + " " + method);
      }
    }
  }

  /// Runs, and is killed as soon as the source stands still at that number; then runs to its end.
  void kill_where_it_stands(int number) {
    environment["TAP_STANDS_AT"] = std::to_string(number);
    fs::remove(directory / "tap" / "stands");
    fs::remove(directory / "tap" / "stood");
    auto program = start("run");
    await(program, [&] { return fs::exists(directory / "tap" / "stands"); });
    program.signal(SIGKILL);
    program.wait();
    ::kill(-std::stoi(tap("pid")), SIGKILL);
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_run_of_a_process, numbers_run)

BOOST_AUTO_TEST_CASE(is_refused_where_the_tap_may_be_another_one_and_the_pipeline_has_no_name_of_its_own) {
  environment["TAP_LAST"] = "500";
  BOOST_TEST(run("run").exit_code == 0);
  put_text(directory / "other.json", R"({"account":{"api_token":"sesame"},"url":"y"})");
  environment["CONNECTOR_CONFIG"] = (directory / "other.json").string();
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(has(p.err, "PIPELINE"), p.err);
  BOOST_TEST(tap("begun") == "0\n", "it is not handed the state of another one");
  environment["PIPELINE"] = "default";
  environment["TAP_LAST"] = "600";
  const auto same = run("run");
  BOOST_TEST(same.exit_code == 0, same.err);
  BOOST_TEST(has_each_once(600));
}

BOOST_AUTO_TEST_CASE(goes_on_with_other_arguments_where_its_pipeline_has_a_name) {
  environment["PIPELINE"] = "numbers";
  environment["TAP_FAILS_AT"] = "450";
  environment["MAX_RESTARTS"] = "0";
  environment["INCREMENTAL"] = "false";
  BOOST_TEST(run("run").exit_code == 69);
  environment.erase("TAP_FAILS_AT");
  environment["FROM"] += " --verbose";
  environment.erase("INCREMENTAL");
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has_each_once(2000));
}

BOOST_AUTO_TEST_CASE(brings_its_stream_into_a_typed_table_and_begins_the_next_time_with_its_state) {
  for (const bool airbyte : {false, true}) {
    if (airbyte) {
      speak_airbyte();
      environment["PIPELINE"] = "second";
      environment["DATA_DIR"] = (directory / "second").string();
      database.execute("DROP TABLE numbers");
      fs::remove(directory / "tap" / "begun");
    }
    environment["TAP_LAST"] = "1000";
    const auto p = run("run");
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(has_each_once(1000));
    BOOST_TEST(database.value("SELECT pg_typeof(id) || ' ' || name FROM numbers WHERE id = 7") == "bigint number 7");
    BOOST_TEST(number("SELECT count(*) FROM numbers WHERE _ingest_extra IS NOT NULL") == 0);
    BOOST_TEST(!has(p.err, "sesame"));
    fs::remove_all(airbyte ? directory / "second" : data_dir());  // the state is in the database
    environment["TAP_LAST"] = "1500";
    const auto next = run("run");
    BOOST_TEST(next.exit_code == 0, next.err);
    BOOST_TEST(has_each_once(1500));
    BOOST_TEST(tap("begun") == "0\n1000\n");
    BOOST_TEST(
        tap("state.last") ==
        (airbyte ? R"([{"type":"STREAM","stream":{"stream_descriptor":{"name":"numbers"},"stream_state":{"at":1000}}}])"
                 : R"({"at":1000})"));
    BOOST_TEST(has(tap("catalog.last"), airbyte ? "\"sync_mode\":\"incremental\"" : "\"selected\":true"));
    BOOST_TEST(tap("config.last") == text_of(directory / "config.json"));
    const auto nothing_new = run("run");
    BOOST_TEST(nothing_new.exit_code == 0, nothing_new.err);
    BOOST_TEST(has_each_once(1500));
    const auto fresh = run("run", {"--fresh", "--yes"});
    BOOST_TEST(fresh.exit_code == 0, fresh.err);
    BOOST_TEST(tap("begun") == "0\n1000\n1500\n0\n");
    BOOST_TEST(has_each_once(1500));
  }
}

BOOST_AUTO_TEST_CASE(has_each_record_once_where_the_process_dies_with_a_key_and_without) {
  with_a_key_and_without([&](const std::string& way) {
    environment["TAP_DIES_AT"] = "1555";
    fs::remove(directory / "tap" / "died");
    const auto p = run("run");
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(has(p.err, "was ended by signal 9"), p.err);
    BOOST_TEST(has_each_once(2000), way);
  });
}

BOOST_AUTO_TEST_CASE(has_each_record_once_where_the_program_dies_with_a_key_and_without) {
  with_a_key_and_without([&](const std::string& way) {
    for (const int number : {50, 250, 777, 1999}) {
      kill_where_it_stands(number);
    }
    const auto p = run("run");
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(has_each_once(2000), way);
  });
}

BOOST_AUTO_TEST_CASE(has_each_record_once_where_the_program_dies_while_it_gives_out_what_was_held_back) {
  environment["TAP_KEY"] = "";
  environment["TAP_METHOD"] = "FULL_TABLE";
  environment["TAP_LAST"] = "60000";  // some pages
  for (int kills = 0; kills < 2; ++kills) {
    auto program = start("run");
    const auto before = pages_in_ledger();
    await(program, [&] { return pages_in_ledger() > before; });
    program.signal(SIGKILL);
    program.wait();
    if (number("SELECT sum(rows) FROM (SELECT rows FROM ingest.slices UNION ALL SELECT rows FROM ingest.pages) AS "
               "loaded") == 60'000) {
      break;  // nothing is left to come
    }
  }
  const bool was_complete = number("SELECT count(*) FROM ingest.pipelines WHERE complete") > 0;
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has_each_once(60000));
  BOOST_TEST((was_complete || tap("begun") == "0\n"), "what it had given was kept");
  for (const auto& entry : fs::recursive_directory_iterator(data_dir())) {
    BOOST_TEST(entry.path().extension() != ".spool");
  }
}

BOOST_AUTO_TEST_CASE(appends_what_is_new_and_replaces_what_is_read_as_a_whole) {
  environment["TAP_KEY"] = "";
  environment["TAP_LAST"] = "500";
  BOOST_TEST(run("run").exit_code == 0);
  environment["TAP_LAST"] = "700";
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has_each_once(700));
  environment["TAP_METHOD"] = "FULL_TABLE";
  environment["TAP_LAST"] = "300";
  const auto replaced = run("run");
  BOOST_TEST(replaced.exit_code == 0, replaced.err);
  BOOST_TEST(has_each_once(300));
  const auto refused = run("run", {"--write", "append"});
  BOOST_TEST(refused.exit_code == 78, refused.err);
  environment["TAP_METHOD"] = "INCREMENTAL";
  const auto twice = run("run");
  BOOST_TEST(twice.exit_code == 78, twice.err);
  BOOST_TEST(has(twice.err, "all would be there twice"), twice.err);
  BOOST_TEST(has_each_once(300));
}

BOOST_AUTO_TEST_CASE(leaves_the_table_as_it_is_where_it_would_be_replaced_by_nothing_that_the_process_has_spoken_of) {
  for (const char* const language : {"singer", "airbyte"}) {
    environment["PIPELINE"] = language;
    environment["DATA_DIR"] = (directory / language).string();
    environment["WRITE"] = "replace";
    environment["FROM"] = std::string(language) + ":" + (directory / "source-numbers").string();
    environment["TAP_IS_SILENT"] = "1";
    BOOST_TEST(run("run").exit_code == 0, "there are no rows yet");
    environment.erase("TAP_IS_SILENT");
    BOOST_TEST(run("run").exit_code == 0);
    environment["TAP_IS_SILENT"] = "1";
    const auto p = run("run");
    BOOST_TEST(p.exit_code == 65, p.err);
    BOOST_TEST(has(p.err, "has said nothing of the stream"), p.err);
    BOOST_TEST(has_each_once(2000));
    environment.erase("TAP_IS_SILENT");
    environment["TAP_LAST"] = "0";
    const auto spoken = run("run");
    BOOST_TEST(spoken.exit_code == 0, spoken.err);
    BOOST_TEST(number("SELECT count(*) FROM numbers") == 0u);
    environment.erase("TAP_LAST");
    database.execute("DROP TABLE numbers; DROP SCHEMA ingest CASCADE");
  }
}

BOOST_AUTO_TEST_CASE(ends_with_an_error_that_quotes_the_process_and_no_secrets) {
  environment["TAP_FAILS_AT"] = "150";
  const auto p = run("run", {"--max-restarts", "0"});
  BOOST_TEST(p.exit_code != 0);
  BOOST_TEST(has(p.err, "source-numbers has ended with exit code 1: the account *** is closed"), p.err);
  BOOST_TEST(!has(p.err, "sesame"));
  environment.erase("TAP_FAILS_AT");
  BOOST_TEST(run("run").exit_code == 0);
  BOOST_TEST(tap("begun") == "0\n100\n", "what came before the failure is kept");
  BOOST_TEST(has_each_once(2000));
}

BOOST_AUTO_TEST_CASE(shows_no_secret_of_a_file_that_the_command_names_however_the_process_spells_it) {
  const auto own = directory / "own.json";
  put_text(own, R"({"account":{"api_token":"open/sesame+now","pin":1},"client_secret":90817263})");
  environment.erase("CONNECTOR_CONFIG");
  environment["FROM"] += " --config " + own.string();
  environment["TAP_BEGINS"] =
      "echo 'GET /?token=open%2Fsesame%2Bnow 401, Basic OTpvcGVuL3Nlc2FtZStub3c=, 90817263' >&2; exit 1";
  const auto p = run("run", {"--max-restarts", "0"});
  BOOST_TEST(p.exit_code != 0);
  BOOST_TEST(has(p.err, "401"), p.err);
  for (const char* secret : {"sesame", "90817263", "vcGVuL3Nlc2FtZStub3"}) {
    BOOST_TEST(!has(p.err, secret), p.err);
  }
}

BOOST_AUTO_TEST_CASE(is_not_complete_where_a_line_could_have_been_a_record) {
  environment["TAP_PRINTS_AT"] = "150";
  environment["TAP_PRINTS"] = "page 2 of 3";
  BOOST_TEST(run("run").exit_code == 0);
  BOOST_TEST(has_each_once(2000));
  environment["TAP_LAST"] = "3000";
  environment["TAP_PRINTS_AT"] = "2150";
  environment["TAP_PRINTS"] = R"({"type":"RECORD","stream":"numb)";
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(has(p.err, "has written a line that is no message"), p.err);
}

BOOST_AUTO_TEST_CASE(is_not_complete_where_the_process_calls_its_stream_otherwise_than_the_catalog) {
  environment["TAP_PRINTS_AT"] = "150";
  environment["TAP_PRINTS"] = R"({"type":"RECORD","stream":"Numbers","record":{"id":7}})";
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(has(p.err, "the catalog calls it numbers"), p.err);
}

BOOST_AUTO_TEST_CASE(is_not_complete_where_a_source_says_so_whatever_its_exit_code) {
  speak_airbyte();
  const std::string status =
      R"(echo '{"type":"TRACE","trace":{"type":"STREAM_STATUS","stream_status":{"stream_descriptor":{"name":"numbers"},"status":")";
  for (const std::string& ending :
       {status + "INCOMPLETE\"}}}'", status + "RUNNING\"}}}'",
        std::string(R"(echo '{"type":"TRACE","trace":{"type":"ERROR","error":{"message":"out of quota"}}}')")}) {
    environment["TAP_ENDS"] = ending;
    const auto p = run("run", {"--max-restarts", "0"});
    BOOST_TEST(p.exit_code != 0, p.err);
  }
  environment["TAP_ENDS"] = status + "COMPLETE\"}}}'";
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has_each_once(2000));
}

BOOST_AUTO_TEST_CASE(ends_a_process_that_does_not_hear_when_it_is_stopped) {
  environment["TAP_BEGINS"] = "trap '' TERM; sleep 1000 & wait";
  auto program = start("run");
  await(program, [&] { return !tap("pid").empty(); });
  program.signal(SIGTERM);
  BOOST_TEST(program.wait() == 128 + SIGTERM, program.err());
  BOOST_TEST(::kill(std::stoi(tap("pid")), 0) != 0);
}

BOOST_AUTO_TEST_CASE(uses_the_settings_that_the_source_has_renewed_until_they_are_changed) {
  speak_airbyte();
  environment["TAP_BEGINS"] =
      R"(echo '{"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","connectorConfig":{"config":{"refresh_token":"renewed1"}}}}')";
  BOOST_TEST(run("run").exit_code == 0);
  environment.erase("TAP_BEGINS");
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(tap("config.last") == R"({"refresh_token":"renewed1"})");
  put_text(directory / "config.json", R"({"refresh_token":"mine"})");
  BOOST_TEST(run("run").exit_code == 0);
  BOOST_TEST(tap("config.last") == R"({"refresh_token":"mine"})");
}

BOOST_AUTO_TEST_CASE(is_validated_and_read_without_a_database) {
  const auto valid = run("validate");
  BOOST_TEST(has(valid.out, "1 streams, numbers"), valid.out);
  BOOST_TEST(has(valid.out, "table public.numbers can be created"), valid.out);
  database.execute("CREATE TABLE numbers (id bigint PRIMARY KEY, name text)");
  const auto lacking = run("validate");
  BOOST_TEST(lacking.exit_code == 78);
  BOOST_TEST(has(lacking.out, "table numbers has no column _ingest_extra"), lacking.out);
  const auto compared = run("verify");
  BOOST_TEST(compared.exit_code == 78);
  BOOST_TEST(has(compared.err, "FROM names none"), compared.err);
  environment["TAP_LAST"] = "3";
  const auto p = run("read");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(std::count(p.out.begin(), p.out.end(), '\n') == 3, p.out);
  BOOST_TEST(run("run", {"--stream", "letters"}).exit_code == 78);
  environment["FROM"] = "singer:tap | target";
  BOOST_TEST(run("run").exit_code == 78);
}

BOOST_AUTO_TEST_SUITE_END()
