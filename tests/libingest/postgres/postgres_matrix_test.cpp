#include <boost/test/unit_test.hpp>

#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

constexpr int events = 40;
constexpr int poisoned = 27;       // the event that triggers refuse or drop
constexpr int present = 5;         // events that are in the table beforehand, where some are
constexpr int clashing = 31;       // the event whose number another row of the table has, where numbers are unique
constexpr int another_event = 90;  // that row

struct key_type {
  const char* name;
  const char* id;  ///< of event $, in SQL and as it is sent
};

const key_type text_key{"text", "k$"};
const key_type bigint_key{"bigint", "90071992547409931$"};
const std::vector<key_type> key_types = {text_key,
                                         bigint_key,
                                         {"varchar(40)", "k$"},
                                         {"text COLLATE \"C\"", "k$"},
                                         {"uuid", "00000000-0000-4000-8000-0000000000$"},
                                         {"smallint", "1$"},
                                         {"integer", "1$"},
                                         {"numeric", "123456789012345678901234567890$"}};

/// `table` with its first "$" replaced by the type of its key. Every event has a number of its own: data->'n'.
struct table_kind {
  const char* name;
  const char* table;
  bool numbers_are_unique = false;
};

const table_kind plain{"plain", "CREATE TABLE events (id $ PRIMARY KEY, data jsonb NOT NULL)"};
const std::vector<table_kind> table_kinds = {
    plain,
    {"with data of json", "CREATE TABLE events (data json NOT NULL, id $ PRIMARY KEY)"},
    {"with data of text", "CREATE TABLE events (at timestamptz DEFAULT now(), data text, id $ UNIQUE NOT NULL)"},
    {"with an identity column",
     "CREATE TABLE events (seq bigint GENERATED ALWAYS AS IDENTITY, id $ PRIMARY KEY, data jsonb NOT NULL)"},
    {"with generated columns",
     "CREATE TABLE events (id $ PRIMARY KEY, data jsonb NOT NULL, n int NOT NULL GENERATED ALWAYS AS "
     "((data->>'n')::int) STORED UNIQUE, seq bigserial NOT NULL)"},
    {"of domains",
     "CREATE DOMAIN key_of_event AS $ CHECK (VALUE IS NOT NULL); CREATE DOMAIN id_of_event AS key_of_event; "
     "CREATE DOMAIN data_of_event AS jsonb NOT NULL CHECK (VALUE ? 'n'); "
     "CREATE TABLE events (id id_of_event PRIMARY KEY, data data_of_event)"},
    {"whose checks a trigger satisfies",
     "CREATE TABLE events (id $ PRIMARY KEY, data jsonb NOT NULL CHECK (data ? 'filled'), tag text NOT NULL CHECK (tag "
     "= 'set')); CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.tag = 'set'; "
     "NEW.data = NEW.data || '{\"filled\": 1}'; RETURN NEW; END $f$; "
     "CREATE TRIGGER a_fill BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fill()"},
    {"partitioned",
     "CREATE TABLE events (id $ PRIMARY KEY, data jsonb NOT NULL) PARTITION BY HASH (id); "
     "CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0); "
     "CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1)"},
    {"with a second unique index",
     "CREATE TABLE events (id $ PRIMARY KEY, data jsonb NOT NULL); CREATE UNIQUE INDEX ON events ((data->>'n'))", true},
    {"with row-level security for others",
     "CREATE TABLE events (id $ PRIMARY KEY, data jsonb NOT NULL); ALTER TABLE events ENABLE ROW LEVEL SECURITY"},
    {"with a constraint trigger that is deferred",
     "CREATE TABLE events (id $ PRIMARY KEY, data jsonb NOT NULL); CREATE FUNCTION pass() RETURNS trigger LANGUAGE "
     "plpgsql AS $f$ BEGIN RETURN NULL; END $f$; CREATE CONSTRAINT TRIGGER later AFTER INSERT ON events DEFERRABLE "
     "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pass()"}};

struct trigger_kind {
  const char* name;
  const char* timing;    ///< empty: none
  const char* body;      ///< with NEW.data at hand
  const char* sqlstate;  ///< of the poisoned event's reject; empty: it is loaded
};

#define WHEN_POISONED "IF NEW.data::jsonb ? 'poison' THEN "

const trigger_kind no_trigger{"none", "", "", ""};
const trigger_kind dropping{"drops", "BEFORE", WHEN_POISONED "RETURN NULL; END IF;", "02000"};
const std::vector<trigger_kind> trigger_kinds = {
    no_trigger,
    {"modifies", "BEFORE", "NEW.data = replace(NEW.data::text, 'x', 'y');", ""},
    dropping,
    {"raises", "BEFORE", WHEN_POISONED "RAISE EXCEPTION 'no'; END IF;", "P0001"},
    {"raises its own SQLSTATE", "BEFORE", WHEN_POISONED "RAISE EXCEPTION 'no' USING ERRCODE = 'UE001'; END IF;",
     "UE001"},
    {"asserts", "BEFORE", "ASSERT NOT NEW.data::jsonb ? 'poison';", "P0004"},
    {"calls what is not there", "BEFORE", WHEN_POISONED "PERFORM not_there(); END IF;", "42883"},
    {"meets a defect of the server", "BEFORE",
     WHEN_POISONED "RAISE EXCEPTION 'invalid memory alloc request size' USING ERRCODE = 'XX000'; END IF;", "XX000"},
    {"finds its prerequisites missing", "AFTER", WHEN_POISONED "RAISE EXCEPTION 'no' USING ERRCODE = '55000'; END IF;",
     "55000"},
    {"raises afterwards", "AFTER", WHEN_POISONED "RAISE EXCEPTION 'no' USING ERRCODE = 'UE002'; END IF;", "UE002"}};

struct matrix_fixture : loading_fixture {
  static std::string replaced(std::string text, const std::string& by) {
    text.replace(text.find('$'), 1, by);
    return text;
  }

  static std::string row_of(const key_type& key, int i, const std::string& number) {
    const std::string id = replaced(key.id, std::to_string(i));
    return id + "\t{\"n\":" + number + ",\"x\":1" + (i == poisoned ? ",\"poison\":1}" : "}");
  }

  static page_batches::rows rows_of(const key_type& key) {
    page_batches::rows rows;
    for (int i = 10; i < 10 + events; ++i) {
      rows.push_back(row_of(key, i, std::to_string(i)));
    }
    return rows;
  }

  static std::string insertion_of(const key_type& key, int i, int number) {
    const std::string row = row_of(key, i, std::to_string(number));
    const auto tab = row.find('\t');
    return "INSERT INTO events (id, data) VALUES ('" + row.substr(0, tab) + "', '" + row.substr(tab + 1) + "');";
  }

  static std::string creation_of(const trigger_kind& t) {
    return *t.timing == '\0' ? "SELECT"
                             : "CREATE OR REPLACE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN " +
                                   std::string(t.body) + " RETURN NEW; END $f$; CREATE TRIGGER judge " + t.timing +
                                   " INSERT ON events FOR EACH ROW EXECUTE FUNCTION judge()";
  }

  /// A table, and an open sink for it.
  std::unique_ptr<sink> create(const table_kind& table, const key_type& key) {
    database.execute(
        "DROP TABLE IF EXISTS events; DROP DOMAIN IF EXISTS id_of_event, key_of_event, data_of_event; "
        "DROP FUNCTION IF EXISTS fill, pass; " +
        replaced(table.table, key.name));
    return open_sink(open_target(next_options()));
  }

  /// Empties the table except for the rows that are to be there beforehand, and gives it another trigger.
  void refill(const table_kind& table, const key_type& key, const trigger_kind& trigger, bool some_are_present) const {
    std::string sql = "TRUNCATE events; DROP TRIGGER IF EXISTS judge ON events;";
    for (int i = 10; some_are_present && i < 10 + present; ++i) {
      sql += insertion_of(key, i, i);
    }
    if (table.numbers_are_unique) {
      sql += insertion_of(key, another_event, clashing);
    }
    database.execute(sql + creation_of(trigger));
  }

  postgres_options next_options() {
    auto o = options();
    o.table = "events";
    o.pipeline = identity.pipeline = "cell " + std::to_string(++cells_);
    return o;
  }

  int rejects_with(const std::string& sqlstate) const {
    int n = 0;
    for (const std::string& line : rejects()) {
      n += line.find("\"sqlstate\":\"" + sqlstate + "\"") != std::string::npos ? 1 : 0;
    }
    return n;
  }

  void check(sink& loader, const table_kind& table, const key_type& key, const trigger_kind& trigger,
             bool some_are_present);

  int cells_ = 0;
};

void matrix_fixture::check(sink& loader, const table_kind& table, const key_type& key, const trigger_kind& trigger,
                           bool some_are_present) {
  BOOST_TEST_CONTEXT("table " << table.name << ", key " << key.name << ", trigger " << trigger.name
                              << (some_are_present ? ", with duplicates" : "")) {
    refill(table, key, trigger, some_are_present);
    const int there = some_are_present ? present : 0;
    const int refused = *trigger.sqlstate != '\0' ? 1 : 0;
    const int clashes = table.numbers_are_unique ? 1 : 0;
    const int refused_before = rejects_with(trigger.sqlstate);
    const int clashes_before = rejects_with("23505");
    const auto first = loader.write(batches.next({rows_of(key)}));
    BOOST_TEST(first.rows_loaded == static_cast<std::uint64_t>(events - there - refused - clashes));
    BOOST_TEST(first.duplicates_skipped == static_cast<std::uint64_t>(there));
    BOOST_TEST(first.rows_rejected == static_cast<std::uint64_t>(refused + clashes));
    const auto again = loader.write(batches.next({rows_of(key)}));
    BOOST_TEST(again.rows_loaded == 0u);
    BOOST_TEST(again.duplicates_skipped == static_cast<std::uint64_t>(events - refused - clashes));
    BOOST_TEST(again.rows_rejected == static_cast<std::uint64_t>(refused + clashes));
    BOOST_TEST(number("SELECT count(*) FROM events") == events - refused);
    BOOST_TEST((refused == 0 || rejects_with(trigger.sqlstate) == refused_before + 2));
    BOOST_TEST(rejects_with("23505") == clashes_before + 2 * clashes);
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(what_becomes_of_rows, matrix_fixture)

BOOST_AUTO_TEST_CASE(is_right_in_every_kind_of_table_with_every_kind_of_trigger) {
  for (const table_kind& table : table_kinds) {
    const auto loader = create(table, text_key);
    for (const trigger_kind& trigger : trigger_kinds) {
      check(*loader, table, text_key, trigger, true);
    }
    check(*loader, table, text_key, dropping, false);
  }
}

BOOST_AUTO_TEST_CASE(is_right_with_every_type_of_key) {
  for (const key_type& key : key_types) {
    const auto loader = create(plain, key);
    check(*loader, plain, key, no_trigger, true);
    check(*loader, plain, key, dropping, true);
  }
}

BOOST_AUTO_TEST_CASE(is_right_where_the_id_is_an_identity_of_the_table) {
  const table_kind identities{
      "of identities", "CREATE TABLE events (id $ GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data jsonb NOT NULL)"};
  const auto loader = create(identities, bigint_key);
  for (const trigger_kind& trigger : trigger_kinds) {
    check(*loader, identities, bigint_key, trigger, false);
  }
}

BOOST_AUTO_TEST_CASE(is_right_in_an_initial_load) {
  for (const trigger_kind& trigger : trigger_kinds) {
    BOOST_TEST_CONTEXT("trigger " << trigger.name) {
      database.execute("DROP TABLE IF EXISTS events");
      auto o = next_options();
      o.initial_load = true;
      const auto target = open_target(o);
      database.execute(creation_of(trigger));
      page_batches pages;
      const auto loader = open_sink(target);
      const std::uint64_t refused = *trigger.sqlstate != '\0' ? 1 : 0;
      for (int time = 1; time <= 2; ++time) {
        const batch b = time == 1 ? pages.next({rows_of(text_key)}) : pages.last({rows_of(text_key)});
        const auto done = loader->write(b);
        BOOST_TEST(done.rows_loaded == events - refused);
        BOOST_TEST(done.rows_rejected == refused);
      }
      loader->finalize();
      BOOST_TEST(o.counters->duplicates_removed == events - refused);
      BOOST_TEST(number("SELECT count(*) FROM events") == events - static_cast<int>(refused));
    }
  }
}

BOOST_AUTO_TEST_CASE(is_right_where_a_trigger_changes_ids) {
  const trigger_kind changing{
      "changes ids", "BEFORE",
      "IF NEW.id = 'drop' THEN RETURN NULL; END IF; NEW.id = coalesce(lower(NEW.id), NEW.data->>'n');", ""};
  const auto loader = create(plain, text_key);
  database.execute(creation_of(changing));
  auto page = event_rows(1, 30);
  page.push_back("A\t{}");
  page.push_back("\t{\"n\":\"from data\"}");
  const auto first = loader->write(batches.next({page, {"drop\t{}"}}));
  BOOST_TEST(first.rows_loaded == 32u);
  BOOST_TEST(first.rows_rejected == 1u);
  const auto again = loader->write(batches.next({page, {"drop\t{}", "a\t{}", "new\t{}"}}));
  BOOST_TEST(again.rows_loaded == 1u);
  BOOST_TEST(again.duplicates_skipped == 33u);
  BOOST_TEST(again.rows_rejected == 1u);
  BOOST_TEST(rejects_with("02000") == 2);
}

BOOST_AUTO_TEST_SUITE_END()
