// covers: what becomes of a JSON value in a column: what PostgreSQL's own input functions make of its text, or nothing.
#include "postgres/column_type.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <set>

#include "postgres/copy_binary.hpp"
#include "postgres/database_address.hpp"
#include "postgres/libpq_connection.hpp"
#include "support/postgres_cluster.hpp"

using namespace ingest;
using namespace ingest::testing;
using detail::column_type;
using detail::json_value;
using detail::value_fit;

namespace {

std::mt19937 chance(1);

int below(int count) {
  return std::uniform_int_distribution<int>(0, count - 1)(chance);
}

std::string one_of(const std::vector<std::string>& texts) {
  return texts[static_cast<std::size_t>(below(static_cast<int>(texts.size())))];
}

std::string digits(int least, int most) {
  std::string text;
  for (int left = least + below(most + 1 - least); left > 0; --left) {
    text += one_of({"0", "0", "1", "9", "4", "5"});
  }
  return text;
}

std::string two_digits(const std::vector<std::string>& odd) {
  return below(8) == 0 ? one_of(odd) : one_of({"0", "1", "2"}) + one_of({"0", "1", "3", "5", "8", "9"});
}

std::string date() {
  const std::string year =
      one_of({"2026", "1999", "2000", "2024", "1900", "0001", "9999", "1582", "0000", "20240", "26", "-001"});
  return year + one_of({"-", "-", "-", "-", "-", "/", ""}) + two_digits({"12", "13", "00", "02", "2"}) +
         one_of({"-", "-", "-", "-", "-", "/", ""}) + two_digits({"28", "29", "30", "31", "32", "00", "1"});
}

std::string time_of_day() {
  std::string text = two_digits({"23", "24", "25", "00", "7"}) + ':' + two_digits({"59", "60", "00", "7"});
  if (below(5) != 0) {
    text += ':' + two_digits({"59", "60", "61", "00", "7"});
  }
  return below(2) == 0 ? text + '.' + digits(0, 9) : text;
}

std::string zone() {
  return one_of({"", "Z", "z", "+00:00", "-00:00", "+02:00", "-0530", "+05:45", "-11", "+14:00", "+15:59", "+16:00",
                 "+2", "+02:60", " UTC", "+02:00:30", "Europe/Berlin"});
}

std::string number() {
  std::string text = one_of({"", "", "", "-", "+"}) +
                     one_of({"0", "1", "12", "-", "", "9223372036854775807", "32767", "9223372036854775808",
                             "2147483648", "00", "7"}) +
                     digits(0, 25);
  if (below(2) == 0) {
    text += '.' + digits(0, 12);
  }
  if (below(3) == 0) {
    text += one_of({"e", "E"}) + one_of({"", "+", "-"}) +
            one_of({"0", "1", "3", "4", "5", "10", "18", "40", "308", "400", "16000", "131000", "140000", "1e1", ""});
  }
  return text;
}

std::string uuid() {
  std::string text;
  for (const int length : {8, 4, 4, 4, 12}) {
    text += text.empty() ? "" : one_of({"-", "-", "-", "-", "-", "-", "-", "-", "-", "-", ""});
    for (int i = 0; i < length; ++i) {
      text += one_of({"0", "1", "9", "a", "f", "F", "B", "3", "c"});
    }
  }
  return below(10) == 0 ? text + one_of({"0", "g", "}"}) : text;
}

std::string word() {
  return one_of({"",      "true",     "false",      "TRUE",     "t",        "yes",           "on",
                 "1",     "0",        "now",        "today",    "infinity", "-infinity",     "NaN",
                 "epoch", "allballs", " 1",         "1 ",       "0x10",     "1_000",         "null",
                 "{}",    "J2451187", "2026-W05-2", "2026-027", "20260127", "2026-01-27 BC", "March 3, 2026"});
}

/// A text that one or the other type takes, or nearly.
std::string drawn_text() {
  switch (below(8)) {
    case 0:
      return date();
    case 1:
      return time_of_day() + one_of({"", "", zone()});
    case 2:
    case 3:
      return date() + one_of({"T", "T", " ", "t", "  ", "_"}) + time_of_day() + zone();
    case 4:
    case 5:
      return number();
    case 6:
      return uuid();
    default:
      return word();
  }
}

bool is_json_number(const std::string& text) {
  try {
    detail::json_scanner in(text);
    const json_value v = in.value();
    in.finish();
    return v.what == json_value::kind::number && v.raw == text;
  } catch (const detail::json_fault&) {
    return false;
  }
}

/// The text as a JSON value: as a number where it is one, every other time.
std::string json_of(const std::string& text, bool as_string) {
  return !as_string && is_json_number(text) ? text : '"' + text + '"';
}

json_value value_of(const std::string& json) {
  detail::json_scanner in(json);
  return in.value();
}

value_fit fit(const std::string& type, const std::string& json) {
  std::string scratch;
  std::string bytes;
  const value_fit f = detail::find_column_type(type)->append(value_of(json), scratch, bytes);
  BOOST_TEST((f != value_fit::none || bytes.empty()), type << " of " << json);
  return f;
}

class session {
 public:
  session()
      : connection_(detail::database_address(database_.url()), "test",
                    {std::chrono::seconds(10), std::chrono::seconds(60)}, {}) {
    connection_.run("SET timezone = 'UTC'");
  }

  /// The texts of which the server makes another value than `type` has made, or none.
  std::set<std::string> differing(const column_type& type, const std::vector<std::string>& texts) {
    return differing(type, texts, expected(type));
  }

  /// Likewise, where it makes `made` of a text `t`.
  std::set<std::string> differing(const column_type& type, const std::vector<std::string>& texts,
                                  const std::string& made) {
    const std::string name(type.name);
    connection_.run(
        "CREATE TEMPORARY TABLE got (n int, v " + name +
        "); CREATE TEMPORARY TABLE asked (n int, t text);"
        "CREATE OR REPLACE FUNCTION pg_temp.made_of(t text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN " +
        made + "; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$");
    connection_.begin_copy("COPY got FROM STDIN (FORMAT binary)");
    std::string rows("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      append_row(type, static_cast<std::uint32_t>(i), json_of(texts[i], i % 2 == 0), rows);
    }
    detail::append_big_endian<std::uint16_t>(0xffff, rows);
    connection_.put(rows);
    connection_.end_copy();
    connection_.begin_copy("COPY asked FROM STDIN (FORMAT csv, DELIMITER E'\\t')");
    for (std::size_t i = 0; i < texts.size(); ++i) {
      connection_.put(std::to_string(i) + "\t\"" + texts[i] + "\"\n");
    }
    connection_.end_copy();
    const auto r = connection_.execute(
        "SELECT t || ' (' || v::text || ', not ' || coalesce(pg_temp.made_of(t), 'nothing') || ')' "
        "FROM got JOIN asked USING (n) WHERE v::text IS DISTINCT FROM pg_temp.made_of(t)");
    std::set<std::string> found;
    for (std::size_t i = 0; i < r.rows(); ++i) {
      found.insert(r.text(i, 0));
    }
    connection_.run("DROP TABLE got, asked");
    return found;
  }

  std::size_t taken() const { return taken_; }

 private:
  /// What the server makes of a text. JSON's 1.0 and 1e3 are whole numbers, which its integers do not read.
  static std::string expected(const column_type& type) {
    const std::string name(type.name);
    const bool whole = type.catalog.starts_with("int");
    return whole ? "t::numeric::" + name + "::text" : "t::" + name + "::text";
  }

  void append_row(const column_type& type, std::uint32_t n, const std::string& json, std::string& rows) {
    const std::size_t before = rows.size();
    detail::append_big_endian<std::uint16_t>(2, rows);
    detail::append_big_endian<std::uint32_t>(4, rows);
    detail::append_big_endian<std::uint32_t>(n, rows);
    std::string value;
    if (type.append(value_of(json), scratch_, value) == value_fit::none) {
      rows.resize(before);
      return;
    }
    ++taken_;
    detail::append_big_endian<std::uint32_t>(static_cast<std::uint32_t>(value.size()), rows);
    rows += value;
  }

  test_database database_;
  detail::libpq_connection connection_;
  std::string scratch_;
  std::size_t taken_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(values_of_columns)

BOOST_AUTO_TEST_CASE(are_taken_as_apis_write_them) {
  for (const auto& [type, json] :
       std::vector<std::pair<std::string, std::string>>{{"text", R"("a\tb \u00e4")"},
                                                        {"text", "42"},
                                                        {"text", "{\"a\":[1]}"},
                                                        {"text", "true"},
                                                        {"bool", "true"},
                                                        {"bool", "\"false\""},
                                                        {"int2", "-32768"},
                                                        {"int4", "2147483647"},
                                                        {"int8", "-9223372036854775808"},
                                                        {"int8", "\"42\""},
                                                        {"int8", "5.0"},
                                                        {"int8", "1.2e3"},
                                                        {"int8", "-0"},
                                                        {"numeric", "0.10"},
                                                        {"numeric", "-1e-20"},
                                                        {"numeric", "1234567890123456789012345678901234567890.5"},
                                                        {"float8", "0.1"},
                                                        {"float8", "1e308"},
                                                        {"float8", "-0.0"},
                                                        {"float4", "0.5"},
                                                        {"date", "\"2026-02-28\""},
                                                        {"time", "\"23:59:59.999999\""},
                                                        {"time", "\"24:00\""},
                                                        {"timestamptz", "\"2026-01-27T19:19:13.629Z\""},
                                                        {"timestamptz", "\"2026-01-27 19:19:13+02\""},
                                                        {"timestamptz", "\"2026-01-27\""},
                                                        {"timestamptz", "\"2016-12-31T23:59:60Z\""},
                                                        {"timestamptz", "\"2026-01-27T19:19:13.629000000Z\""},
                                                        {"uuid", "\"A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11\""},
                                                        {"json", "{ }"},
                                                        {"jsonb", "[1, 2]"}}) {
    BOOST_TEST((fit(type, json) == value_fit::exact), type << " of " << json);
  }
}

BOOST_AUTO_TEST_CASE(that_have_no_room_for_all_of_it_are_rounded) {
  for (const auto& [type, json] :
       std::vector<std::pair<std::string, std::string>>{{"float8", "0.10000000000000000555"},
                                                        {"float8", "9007199254740993"},
                                                        {"float4", "0.1234567891"},
                                                        {"timestamptz", "\"2026-01-27T19:19:13.629000001Z\""},
                                                        {"time", "\"12:00:00.1234567\""},
                                                        {"date", "\"2026-01-27T19:19:13Z\""}}) {
    BOOST_TEST((fit(type, json) == value_fit::rounded), type << " of " << json);
  }
}

BOOST_AUTO_TEST_CASE(are_none_of_what_would_lose_or_mean_something_else) {
  for (const auto& [type, json] :
       std::vector<std::pair<std::string, std::string>>{{"text", R"("a\u0000")"},
                                                        {"bool", "1"},
                                                        {"bool", "\"yes\""},
                                                        {"int2", "32768"},
                                                        {"int4", "-2147483649"},
                                                        {"int8", "9223372036854775808"},
                                                        {"int8", "1.5"},
                                                        {"int8", "1e30"},
                                                        {"int8", "\"042\""},
                                                        {"int8", "\" 42\""},
                                                        {"int8", "\"42.0\""},
                                                        {"int8", "\"\""},
                                                        {"int8", "true"},
                                                        {"int8", "[1]"},
                                                        {"numeric", "\"NaN\""},
                                                        {"numeric", "1e200000"},
                                                        {"numeric", "1e-20000"},
                                                        {"numeric", "1e99999999999999999999"},
                                                        {"float8", "1e400"},
                                                        {"float8", "1e-400"},
                                                        {"float8", "\"Infinity\""},
                                                        {"float8", "\"12e4\""},
                                                        {"float4", "\"1E3\""},
                                                        {"float8", "\"-0\""},
                                                        {"float4", "\"-0.0\""},
                                                        {"float8", "\"042\""},
                                                        {"float8", "\" 42\""},
                                                        {"numeric", "\"12e4\""},
                                                        {"numeric", "\"-0\""},
                                                        {"date", "\"2026-02-30\""},
                                                        {"date", "\"20240-01-01\""},
                                                        {"date", "\"today\""},
                                                        {"date", "20260127"},
                                                        {"time", "\"25:00\""},
                                                        {"time", "\"12:00:00+02\""},
                                                        {"timestamptz", "1769541612"},
                                                        {"timestamptz", "\"infinity\""},
                                                        {"timestamptz", "\"2026-01-27T24:00:01Z\""},
                                                        {"timestamptz", "\"2026-01-27T12:00:00+24:00\""},
                                                        {"timestamptz", "\"0044-03-15 BC\""},
                                                        {"uuid", "\"a0eebc999c0b4ef8bb6d6bb9bd380a11\""},
                                                        {"uuid", "7"}}) {
    BOOST_TEST((fit(type, json) == value_fit::none), type << " of " << json);
  }
}

template <epoch_unit Unit>
column_type instants() {
  return {"timestamp with time zone", "timestamptz", 8,
          [](const json_value& value, std::string& scratch, std::string& to) {
            return detail::append_epoch(value, Unit, scratch, to);
          }};
}

BOOST_AUTO_TEST_CASE(are_instants_after_1970_where_numbers_are_said_to_be) {
  const auto fit_of = [](const column_type& type, const std::string& json) {
    std::string scratch;
    std::string bytes;
    return type.append(value_of(json), scratch, bytes);
  };
  for (const std::string json : {"1769541612", "0", "-1", "1769541612.629", "1.769541612e9", "\"1769541612\""}) {
    BOOST_TEST((fit_of(instants<epoch_unit::seconds>(), json) == value_fit::exact), json);
  }
  BOOST_TEST((fit_of(instants<epoch_unit::milliseconds>(), "1769541612629.1234") == value_fit::rounded));
  for (const std::string json : {"1769541612629", "-99999999999999", "1e30", "true", "[1]", "\"\"", "\"1e9\"",
                                 "\"2026-01-27T19:19:13Z\"", "\"01769541612\""}) {
    BOOST_TEST((fit_of(instants<epoch_unit::seconds>(), json) == value_fit::none), json);
  }
  BOOST_TEST((fit_of(instants<epoch_unit::none>(), "1769541612") == value_fit::none));
  for (const std::string json : {"-9223372036854775808.5", "9223372036854775807.5"}) {  // beyond 64 bits once rounded
    BOOST_TEST((fit_of(instants<epoch_unit::microseconds>(), json) == value_fit::none), json);
  }

  std::vector<std::string> texts;
  for (int i = 0; i < 5'000; ++i) {
    texts.push_back(below(2) == 0 ? number()
                                  : one_of({"", "-"}) + "1" + digits(0, 14) + one_of({"", "." + digits(1, 8)}));
  }
  // The server's numeric has no room for these.
  std::erase_if(texts, [](const std::string& t) { return t.ends_with("131000") || t.ends_with("140000"); });
  session server;
  const auto made_of = [](const std::string& microseconds) {
    return "((date '1970-01-01' + div(round(" + microseconds +
           "), 86400000000)::int)::timestamp AT TIME ZONE 'UTC' + mod(round(" + microseconds +
           "), 86400000000)::bigint * interval '1 microsecond')::text";
  };
  const auto check = [&](const column_type& type, const std::string& microseconds) {
    const auto differing = server.differing(type, texts, made_of(microseconds));
    BOOST_TEST(differing.empty(), microseconds << ": " << differing.size() << ", " << *differing.begin());
  };
  check(instants<epoch_unit::seconds>(), "t::numeric * 1000000");
  check(instants<epoch_unit::milliseconds>(), "t::numeric * 1000");
  check(instants<epoch_unit::microseconds>(), "t::numeric");
  BOOST_TEST(server.taken() > 3'000u, "too few are any to tell");
}

BOOST_AUTO_TEST_CASE(are_what_the_server_makes_of_their_text) {
  std::vector<std::string> texts;
  for (int i = 0; i < 30'000; ++i) {
    texts.push_back(drawn_text());
  }
  session server;
  for (const column_type& type : detail::column_types()) {
    if (type.catalog == "json" || type.catalog == "jsonb") {
      continue;  // they have the JSON as it is
    }
    const std::size_t before = server.taken();
    const auto differing = server.differing(type, texts);
    BOOST_TEST(differing.empty(), type.name << ": " << differing.size() << ", " << *differing.begin());
    BOOST_TEST(server.taken() - before > 100u, type.name << ": too few are any to tell");
  }
}

BOOST_AUTO_TEST_SUITE_END()
