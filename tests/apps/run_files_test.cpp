#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/file_sink.hpp"
#include "ingest/sources/memory_source.hpp"
#include "ingest/transforms/compress_transform.hpp"
#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

/// The events of the API in files, of which each run is told by a flag.
struct file_run : ingest_run {
  explicit file_run(int events, std::vector<std::string> api_flags = {}) : ingest_run(events, std::move(api_flags)) {
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
  }

  std::string put(const std::string& name, const std::string& text) {
    put_text(directory / name, text);
    return "file:" + name;
  }

  /// The file of all events, of the format that the name's ending tells.
  std::string events_in(const std::string& name) {
    using enum ingest::compress_transform::format;
    if (name.ends_with(".ndjson")) {
      return put(name, api.truth());
    }
    ingest::memory_source from({api.truth()});
    ingest::file_sink to(directory / name);
    const auto compress = std::make_shared<ingest::compress_transform>(name.ends_with(".gz") ? gzip : zstd);
    BOOST_REQUIRE(ingest_stream(from, to, {.transforms = {compress}}).ok());
    return "file:" + name;
  }

  /// Makes each COPY take that long.
  void slow_down(const std::string& seconds) {
    database.execute(
        "CREATE TABLE ingested_events (id text COLLATE \"C\" PRIMARY KEY, data jsonb NOT NULL);"
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(" +
        seconds +
        "); RETURN NULL; END $$;"
        "CREATE TRIGGER dawdle BEFORE INSERT ON ingested_events FOR EACH STATEMENT EXECUTE FUNCTION dawdle()");
  }

  void kill_when(const std::vector<std::string>& flags, const std::function<bool()>& condition,
                 const std::string& command = "run") {
    child_process p = start(command, flags);
    await(p, condition);
    p.signal(SIGKILL);
    BOOST_TEST(p.wait() == 128 + SIGKILL);
  }
};

void check_complete(file_run& r, const finished_process& p) {
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
}

void check_refused(const finished_process& p, int exit_code, const std::string& advice) {
  BOOST_TEST(p.exit_code == exit_code, p.err);
  BOOST_TEST(p.err.find(advice) != std::string::npos, p.err);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_from_a_file)

BOOST_AUTO_TEST_CASE(loads_every_event_once_whatever_the_file_is_compressed_with) {
  for (const char* name : {"events.ndjson", "events.ndjson.gz", "events.ndjson.zst"}) {
    BOOST_TEST_CONTEXT(name) {
      file_run r(10'000, {"--nasty", "20"});
      const std::vector<std::string> flags{"--from", r.events_in(name), "--to", "postgres"};
      check_complete(r, r.run("run", flags));
      BOOST_TEST(count_in(r.report(), "rows_loaded") == 10'000);
      const auto again = r.run("run", flags);
      check_complete(r, again);
      BOOST_TEST(again.err.find("already_complete") != std::string::npos, again.err);
    }
  }
}

BOOST_AUTO_TEST_CASE(loads_every_event_once_though_it_is_killed_again_and_again) {
  file_run r(60'000);
  const std::vector<std::string> flags{"--from", r.events_in("events.ndjson.zst"), "--loaders", "2"};
  r.slow_down("0.1");
  for (const std::uint64_t pages : {1, 4, 8, 12}) {
    r.kill_when(flags, [&] { return r.pages_in_ledger() >= pages; });
  }
  BOOST_TEST(r.rows() < 60'000);
  check_complete(r, r.run("run", flags));
  BOOST_TEST(count_in(r.status(), "rows_loaded") == 60'000);
  BOOST_TEST(count_in(r.report(), "duplicates_skipped") == 0);
}

BOOST_AUTO_TEST_CASE(is_fetched_and_loaded_apart_too) {
  file_run r(20'000);
  const auto from = r.events_in("events.ndjson.gz");
  const std::string url = std::exchange(r.environment["DATABASE_URL"], "");
  const auto fetch = r.run("fetch", {"--from", from});
  BOOST_TEST(fetch.exit_code == 0, fetch.err);
  std::filesystem::remove(r.directory / "events.ndjson.gz");
  r.environment["DATABASE_URL"] = url;
  check_complete(r, r.run("load"));
}

BOOST_AUTO_TEST_CASE(takes_the_columns_of_csv_and_tsv_by_the_names_in_the_header) {
  file_run r(0);
  const auto csv = r.put("people.csv", "\xEF\xBB\xBFkey,name\r\n1,\"Doe, \"\"J\"\"\"\r\n2,\"two\nlines\"\r\n");
  const auto p = r.run("run", {"--from", csv, "--id-pointer", "/key"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.database.value("SELECT string_agg(id || data::text, ' ' ORDER BY id) FROM ingested_events") ==
             R"(1{"key": "1", "name": "Doe, \"J\""} 2{"key": "2", "name": "two\nlines"})");

  const auto tsv = r.put("people.tsv", "id\tpath\n3\tC:\\\\temp\n");
  const auto q = r.run("run", {"--from", tsv, "--pipeline", "tsv", "--data-dir", "tsv"});
  BOOST_TEST(q.exit_code == 0, q.err);
  BOOST_TEST(r.database.value("SELECT data ->> 'path' FROM ingested_events WHERE id = '3'") == "C:\\\\temp");
}

BOOST_AUTO_TEST_CASE(sets_lines_aside_that_are_no_json_or_have_no_id) {
  file_run r(0);
  const auto from = r.put(
      "events.ndjson", "{\"id\":1}\r\n\n{\"id\":2,\n  {\"id\" : \"\\u0033\"}  \n{\"name\":\"nobody\"}\n[]\n{\"id\":6}");
  const auto p = r.run("run", {"--from", from});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.database.value("SELECT string_agg(id, ' ' ORDER BY id) FROM ingested_events") == "1 3 6");
  BOOST_TEST(count_in(r.report(), "rows_rejected") == 3);
  const std::string rejects = text_of(r.data_dir() / "events_rejected.ndjson");
  BOOST_TEST(rejects.find("\"row\":2,\"sqlstate\":\"22P02\"") != std::string::npos, rejects);
  BOOST_TEST(rejects.find("the event has no id") != std::string::npos, rejects);
  check_refused(r.run("run", {"--from", from, "--fresh", "--yes", "--reject-limit", "2"}), 65, "limit of 2");
}

BOOST_AUTO_TEST_CASE(sets_csv_records_aside_whose_id_is_empty_and_takes_such_an_id_of_json) {
  file_run r(0);
  r.environment["WRITE"] = "merge";
  const auto p = r.run("run", {"--from", r.put("people.csv", "id,name\n1,a\n,first\n\"\",second\n")});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.database.value("SELECT string_agg(id, ' ' ORDER BY id) FROM ingested_events") == "1");
  BOOST_TEST(count_in(r.report(), "rows_rejected") == 2);
  const std::string rejects = text_of(r.data_dir() / "events_rejected.ndjson");
  BOOST_TEST(rejects.find("\"sqlstate\":\"23502\",\"message\":\"the event has no id\"") != std::string::npos, rejects);
  const auto json = r.run("run", {"--from", r.put("people.json", "[{\"id\":\"\"}]"), "--fresh", "--yes"});
  BOOST_TEST(json.exit_code == 0, json.err);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events WHERE id = ''") == 1);
}

BOOST_AUTO_TEST_CASE(takes_records_apart_as_they_stand_in_the_file) {
  file_run r(0);
  const auto ids_of = [&](const std::string& from) {
    const auto p = r.run("run", {"--from", from, "--fresh", "--yes"});
    BOOST_TEST(p.exit_code == 0, p.err);
    const auto ids = r.database.value("SELECT string_agg(id, ' ' ORDER BY id) FROM ingested_events");
    r.database.execute("TRUNCATE ingested_events");
    return ids;
  };
  BOOST_TEST(ids_of(r.put("cr.csv", "id,name\r1,a\r2,b\r")) == "1 2");
  BOOST_TEST(ids_of(r.put("semicolons.csv", "id;name\r\n1;a\r\n2;b,c\r\n")) == "1 2");
  BOOST_TEST(ids_of(r.put("array.json", "[{\"id\":1},{\"id\":2}]")) == "1 2");
  BOOST_TEST(ids_of(r.put("pretty.json", "[\n {\n  \"id\": 1\n },\n {\n  \"id\": 2\n }\n]\n")) == "1 2");
  std::string utf16 = "\xFF\xFE";
  for (const char c : std::string("{\"id\":1}\n")) {
    utf16 += {c, '\0'};
  }
  BOOST_TEST(ids_of(r.put("utf16.ndjson", utf16)) == "1");
}

BOOST_AUTO_TEST_CASE(sets_a_csv_record_aside_that_is_none_and_goes_on_behind_it) {
  file_run r(0);
  const auto from = r.put("people.csv", "id,name\n1,a\n2,b,c\n3\n4,\xFF\n5,\"x\ny\"\n");
  const auto p = r.run("run", {"--from", from});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.database.value("SELECT string_agg(id, ' ' ORDER BY id) FROM ingested_events") == "1 5");
  BOOST_TEST(count_in(r.report(), "rows_rejected") == 3);
  const std::string rejects = text_of(r.data_dir() / "events_rejected.ndjson");
  BOOST_TEST(rejects.find(R"("reason":"it has 3 fields, but there are 2 columns","offset":12,"record":"2,b,c)") !=
                 std::string::npos,
             rejects);
  check_refused(r.run("run", {"--from", r.put("open.csv", "id,name\n1,a\n2,\"b\n"), "--fresh", "--yes"}), 65,
                "a quote is never closed");
}

BOOST_AUTO_TEST_CASE(sets_what_is_no_record_aside_where_a_trigger_would_give_it_an_id) {
  file_run r(0);
  r.database.execute(
      "CREATE TABLE ingested_events (id text PRIMARY KEY, data text NOT NULL);"
      "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := coalesce(NEW.id, 'made'); "
      "RETURN NEW; END $$; CREATE TRIGGER fill BEFORE INSERT ON ingested_events FOR EACH ROW EXECUTE FUNCTION fill()");
  const auto ids_of = [&](const std::string& from, const std::string& message) {
    const auto p = r.run("run", {"--from", from, "--fresh", "--yes"});
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(count_in(r.report(), "rows_rejected") == 1);
    const std::string rejects = text_of(r.data_dir() / "events_rejected.ndjson");
    BOOST_TEST(
        rejects.find(R"("row":2,"sqlstate":"22P02","message":")" + message + R"(","id":null)") != std::string::npos,
        rejects);
    const auto ids = r.database.value("SELECT string_agg(id, ' ' ORDER BY id) FROM ingested_events");
    r.database.execute("TRUNCATE ingested_events");
    return ids;
  };
  BOOST_TEST(ids_of(r.put("people.csv", "id,name\n1,a\n2,b,c\n"), "it has 3 fields, but there are 2 columns") == "1");
  BOOST_TEST(ids_of(r.put("array.json", "[{\"id\":1},{\"s\":\"\n\"}]"), "a line break stands in a string") == "1");
  const auto lines = r.put("lines.ndjson", "{\"id\":1}\n{\"id\":\n{\"name\":\"nobody\"}\n");
  BOOST_TEST(ids_of(lines, "the line is no JSON: see its byte 7") == "1 made");
}

BOOST_AUTO_TEST_CASE(is_not_complete_where_every_row_was_refused) {
  file_run r(0);
  const auto from = r.put("events.ndjson", "{\"key\":1}\n{\"key\":2}\n");
  check_refused(r.run("run", {"--from", from}), 65, "each of the 2 rows was refused");
  check_refused(r.run("run", {"--from", from}), 65, "each of the 2 rows was refused");
  check_refused(r.run("run", {"--from", from, "--fresh", "--yes", "--id-pointer", "/no"}), 65, "ID_POINTER");
  const auto mended = r.run("run", {"--from", from, "--fresh", "--yes", "--id-pointer", "/key"});
  BOOST_TEST(mended.exit_code == 0, mended.err);
  BOOST_TEST(r.rows() == 2);
  const auto empty = r.run("run", {"--from", r.put("empty.ndjson", "\n"), "--fresh", "--yes"});
  BOOST_TEST(empty.exit_code == 0, empty.err);
  r.started_by = {"sh", "-c", "printf 'id,name\\n1,a\\n' | \"$@\"", "sh"};
  check_refused(r.run("run", {"--from", "stdin", "--fresh", "--yes"}), 65, "each of the 2 rows was refused");
}

BOOST_AUTO_TEST_CASE(without_a_column_of_ids_is_refused_before_anything_is_begun) {
  file_run r(0);
  const auto from = r.put("people.csv", "Id,name\n1,a\n");
  check_refused(r.run("run", {"--from", from}), 78, "Set ID_POINTER=/Id");
  check_refused(r.run("run", {"--from", r.put("bare.csv", "1,a\n2,b\n")}), 78, "names in its first line are: 1, a.");
  BOOST_TEST(r.run("validate", {"--from", from}).exit_code == 78);
  const auto p = r.run("run", {"--from", from, "--id-pointer", "/Id"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.rows() == 1);
  const auto seen = r.run("validate", {"--from", r.put("ragged.csv", "id,name\n1\n")});
  BOOST_TEST(seen.exit_code == 65, seen.out);
  BOOST_TEST(seen.out.find("it has 1 field, but there are 2 columns") != std::string::npos, seen.out);
}

BOOST_AUTO_TEST_CASE(refuses_to_go_on_with_another_file_or_a_changed_one) {
  file_run r(30'000);
  const auto from = r.events_in("events.ndjson");
  r.slow_down("0.1");
  r.kill_when({"--from", from}, [&] { return r.pages_in_ledger() >= 1; });
  check_refused(r.run("run", {"--from", r.events_in("other.ndjson")}), 78, "other settings");
  check_refused(r.run("run", {"--from", from, "--id-pointer", "/type"}), 78, "other settings");

  put_text(r.directory / "events.ndjson", r.api.truth() + "{\"id\":\"one-more\"}\n");
  check_refused(r.run("run", {"--from", from}), 78, "events.ndjson has changed since the run began");
  r.events_in("events.ndjson");
  check_refused(r.run("run", {"--from", from}), 78, "--fresh --yes");
  check_complete(r, r.run("run", {"--from", from, "--fresh", "--yes"}));
}

BOOST_AUTO_TEST_CASE(refuses_a_file_that_changes_while_it_is_read) {
  file_run r(30'000);
  const auto from = r.events_in("events.ndjson");
  r.slow_down("0.1");
  r.environment["BUFFER_QUOTA_BYTES"] = r.environment["SEGMENT_BYTES"];
  child_process p = r.start("run", {"--from", from});
  await(p, [&] { return r.pages_in_ledger() >= 1; });
  std::ofstream(r.directory / "events.ndjson", std::ios::app) << "{\"id\":\"one-more\"}\n";
  check_refused({p.wait(), p.out(), p.err()}, 78, "events.ndjson has changed since the run began");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_run_from_standard_input)

BOOST_AUTO_TEST_CASE(loads_every_event_once_and_is_not_resumed) {
  file_run r(10'000);
  r.events_in("events.ndjson");
  r.started_by = {"sh", "-c", "cat events.ndjson | \"$@\"", "sh"};
  const auto p = r.run("run", {"--from", "stdin"});
  check_complete(r, p);
  BOOST_TEST(p.err.find("not_resumable") != std::string::npos, p.err);
  check_refused(r.run("run", {"--from", "stdin"}), 78, "cannot be resumed");
  check_complete(r, r.run("run", {"--from", "stdin", "--fresh", "--yes"}));
  BOOST_TEST(count_in(r.report(), "duplicates_skipped") == 10'000);
}

BOOST_AUTO_TEST_CASE(is_decompressed_as_a_file_is) {
  for (const std::string name : {"events.ndjson.gz", "events.ndjson.zst"}) {
    file_run r(2'000);
    r.events_in(name);
    r.started_by = {"sh", "-c", "cat " + name + " | \"$@\"", "sh"};
    check_complete(r, r.run("run", {"--from", "stdin"}));
  }
}

BOOST_AUTO_TEST_CASE(that_is_closed_is_refused) {
  file_run r(0);
  r.started_by = {"sh", "-c", "exec \"$@\" <&-", "sh"};
  check_refused(r.run("run", {"--from", "stdin"}), 78, "standard input is closed");
  BOOST_TEST(r.run("validate", {"--from", "stdin"}).exit_code == 78);
}

BOOST_AUTO_TEST_CASE(that_was_killed_must_be_started_over) {
  file_run r(10'000);
  r.events_in("events.ndjson");
  r.slow_down("0.1");
  r.started_by = {"sh", "-c", "exec \"$@\" < events.ndjson", "sh"};
  r.kill_when({"--from", "stdin"}, [&] { return r.pages_in_ledger() >= 1; });
  check_refused(r.run("run", {"--from", "stdin"}), 78, "--fresh --yes");
  const auto load = r.run("load");
  BOOST_TEST(load.exit_code == 0, load.err);
  check_complete(r, r.run("run", {"--from", "stdin", "--fresh", "--yes"}));
}

BOOST_AUTO_TEST_SUITE_END()
