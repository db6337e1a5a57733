// Lines of records: what goes in comes out, of our own reader and of PostgreSQL.
#include "properties/property.hpp"

#include <libpq-fe.h>

#include "ingest/record_encoder.hpp"
#include "postgres/copy_encoder.hpp"
#include "records/record_line.hpp"
#include "support/on_one_line.hpp"
#include "support/postgres_cluster.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

std::string encoded(std::optional<std::string_view> id, std::string_view json) {
  std::string row;
  keyed_encoder().append(id, json, row);
  return row;
}

std::string utf8_of(char32_t c) {
  std::string text;
  if (c < 0x80) {
    return {static_cast<char>(c)};
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr unsigned char heads[] = {0, 0xC0, 0xE0, 0xF0};
  text += static_cast<char>(heads[more] | c >> (6 * more));
  for (int i = more - 1; i >= 0; --i) {
    text += static_cast<char>(0x80 | (c >> (6 * i) & 0x3F));
  }
  return text;
}

/// Text that PostgreSQL can store: any characters but NUL and surrogates, those with a meaning in COPY more often.
rc::Gen<std::string> storable_text() {
  const auto usual = rc::gen::inRange<char32_t>(1, 0xD800);
  const auto beyond = rc::gen::inRange<char32_t>(0xE000, 0x110000);
  const auto odd = rc::gen::elementOf(std::u32string(U"\\\t\n\r\b\f\v.N\"'01x\u2028"));
  const auto characters = rc::gen::container<std::u32string>(rc::gen::oneOf(odd, odd, usual, beyond));
  return rc::gen::map(characters, [](const std::u32string& text) {
    std::string bytes;
    for (const char32_t c : text) {
      bytes += utf8_of(c);
    }
    return bytes;
  });
}

/// `text` as a JSON string, some characters escaped that need not be.
std::string json_string_of(const std::string& text, bool escape_all) {
  constexpr char hex[] = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || (escape_all && byte < 0x80)) {
      json += {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
    } else {
      json += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    }
  }
  return json + '"';
}

std::string drawn_json() {
  const std::string text = *storable_text();
  const std::string blank = *rc::gen::element<std::string>("", " ", "\n", "\r\n\t");
  return "{" + blank + json_string_of(text, false) + blank + ":[" + json_string_of(text, true) + "," + blank + "1.50]}";
}

/// `text` as a key that stands in its line as it is.
std::string without_escapes(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }, '-');
  return "k" + text;
}

std::string quoted(const std::string& text) {
  std::string literal = "'";
  for (const char c : text) {
    literal += c == '\'' ? "''" : std::string{c};
  }
  return literal + "'";
}

/// One session for all cases, because there are many of them.
class session {
 public:
  explicit session(const std::string& url) : connection_(PQconnectdb(url.c_str()), &PQfinish) {}

  /// Runs statements; returns the first value of the last one's result.
  std::string run(const std::string& sql) { return finish(PQexec(connection_.get(), sql.c_str())); }

  void copy(const std::string& table, const std::string& rows, const std::string& options = "") {
    run("COPY " + table + " FROM STDIN" + options);
    PQputCopyData(connection_.get(), rows.data(), static_cast<int>(rows.size()));
    PQputCopyEnd(connection_.get(), nullptr);
    finish(PQgetResult(connection_.get()));
    PQclear(PQgetResult(connection_.get()));  // the end of it
  }

 private:
  std::string finish(PGresult* r) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(r, &PQclear);
    if (const auto status = PQresultStatus(r); status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
      RC_FAIL(std::string("PostgreSQL refuses: ") + PQresultErrorMessage(r));
    }
    return PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "";
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(record_line_properties)

RC_BOOST_PROP(a_key_of_any_bytes_is_one_line_with_its_record_and_reads_back_the_same, ()) {
  const auto key = *rc::gen::maybe(any_bytes());
  const std::string json = drawn_json();
  const std::string line = encoded(key ? std::optional<std::string_view>(*key) : std::nullopt, json);
  RC_ASSERT(std::count(line.begin(), line.end(), '\n') == 1);
  RC_ASSERT(std::count(line.begin(), line.end(), '\t') == 1);
  const auto parsed = detail::parse_record_line(line);
  std::string text;
  detail::append_key_text(parsed.key, text);
  RC_ASSERT(parsed.key.empty() == !key);
  RC_ASSERT(text == (key ? *key : ""));
  RC_ASSERT(std::string(parsed.record) == on_one_line(json));
}

RC_BOOST_PROP(postgres_reads_back_the_same_key_and_the_same_json_in_every_format, ()) {
  static const test_database database;
  static session postgres(database.url());
  const std::string type = *rc::gen::element<std::string>("jsonb", "json", "text");
  const bool as_csv = *rc::gen::arbitrary<bool>();
  postgres.run("DROP TABLE IF EXISTS t; CREATE TEMPORARY TABLE t (id text, data " + type + ")");
  detail::copy_encoder encoder(detail::table_shape::of_events(), {as_csv ? "of no name" : "text", type});
  RC_ASSERT(encoder.is_binary() != as_csv);
  std::string rows;
  std::string checks = "SELECT '', '{}' WHERE false";
  encoder.begin(rows);
  const int count = *rc::gen::inRange(0, 20);
  for (int i = 0; i < count; ++i) {
    const auto key = *rc::gen::maybe(storable_text());
    const std::string json = drawn_json();
    const std::string line = encoded(key ? std::optional<std::string_view>(*key) : std::nullopt, json);
    const auto parsed = detail::parse_record_line(line);
    encoder.append(parsed.key, parsed.record, rows);
    checks += " UNION ALL SELECT " + (key ? quoted(*key) : "NULL") + ", " + quoted(on_one_line(json));
  }
  encoder.end(rows);
  postgres.copy("t", rows, encoder.options());
  RC_ASSERT(postgres.run("SELECT count(*) FROM (SELECT id, data::text FROM t EXCEPT ALL SELECT c.id, c.data::" + type +
                         "::text FROM (" + checks + ") c (id, data)) s") == "0");
  RC_ASSERT(postgres.run("SELECT count(*) FROM t") == std::to_string(count));
}

RC_BOOST_PROP(postgres_reads_a_buffer_by_hand, ()) {
  static const test_database database;
  static session postgres(database.url());
  postgres.run("DROP TABLE IF EXISTS t; CREATE TEMPORARY TABLE t (id text, data text)");
  const std::string json = drawn_json();
  const std::string key = without_escapes(*storable_text());
  postgres.copy("t", encoded(key, json), " (format csv, delimiter E'\\t', quote E'\\x01')");
  RC_ASSERT(postgres.run("SELECT count(*) FROM t WHERE id = " + quoted(key) +
                         " AND data = " + quoted(on_one_line(json))) == "1");
}

BOOST_AUTO_TEST_SUITE_END()
