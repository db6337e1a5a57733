// COPY text: what goes in comes out, of our own reader and of PostgreSQL.
#include "properties/property.hpp"

#include <libpq-fe.h>

#include "fuzz/copy_text_reader.hpp"
#include "ingest/row_encoder.hpp"
#include "postgres/copy_format.hpp"
#include "support/postgres_cluster.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

std::string encoded(std::optional<std::string_view> id, std::string_view json) {
  std::string row;
  copy_text_encoder().append(id, json, row);
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

BOOST_AUTO_TEST_SUITE(copy_text_properties)

RC_BOOST_PROP(an_id_and_an_event_of_any_bytes_are_one_line_that_reads_back_the_same, ()) {
  const auto id = *rc::gen::maybe(any_bytes());
  const auto wanted = id ? std::optional<std::string>(*id) : std::nullopt;
  const std::string json = *any_bytes();
  const std::string row = encoded(wanted, json);
  RC_ASSERT(std::count(row.begin(), row.end(), '\n') == 1);
  const auto columns = read_copy_line(std::string_view(row).substr(0, row.size() - 1));
  RC_ASSERT(columns == (std::vector<std::optional<std::string>>{wanted, json}));
  const auto ours = detail::read_columns(row);
  RC_ASSERT(ours.has_id == wanted.has_value());
  RC_ASSERT(ours.id == wanted.value_or(""));
  RC_ASSERT(ours.rest == json);
}

RC_BOOST_PROP(postgres_reads_back_the_same_id_and_the_same_json, ()) {
  static const test_database database;
  static session postgres(database.url());
  postgres.run("DROP TABLE IF EXISTS t; CREATE TEMPORARY TABLE t (id text, received text, data jsonb)");
  std::string rows;
  std::string checks;
  const int count = 1 + *rc::gen::inRange(0, 20);
  for (int i = 0; i < count; ++i) {
    const std::string id = *storable_text();
    const std::string json = drawn_json();
    std::string row = encoded(id, json);
    row.pop_back();
    rows += row + row.substr(row.find('\t')) + "\n";
    checks += (i == 0 ? "" : " UNION ALL ") + ("SELECT " + quoted(id) + ", " + quoted(json)) + ", " + quoted(json) +
              "::jsonb";
  }
  postgres.copy("t", rows);
  RC_ASSERT(postgres.run("SELECT count(*) FROM ((SELECT * FROM t EXCEPT ALL (" + checks + "))) s") == "0");
  RC_ASSERT(postgres.run("SELECT count(*) FROM t") == std::to_string(count));
}

RC_BOOST_PROP(postgres_reads_the_same_of_both_formats, ()) {
  static const test_database database;
  static session postgres(database.url());
  postgres.run(
      "DROP TABLE IF EXISTS a, b; CREATE TEMPORARY TABLE a (id text, data jsonb); "
      "CREATE TEMPORARY TABLE b (id text, data jsonb)");
  const detail::copy_encoder encoder(detail::copy_format::binary_jsonb);
  std::string text;
  std::string binary;
  encoder.begin(binary);
  const int count = *rc::gen::inRange(0, 20);
  for (int i = 0; i < count; ++i) {
    const auto id = *rc::gen::maybe(storable_text());
    const std::string row = encoded(id ? std::optional<std::string_view>(*id) : std::nullopt, drawn_json());
    text += row;
    encoder.append(row, binary);
  }
  encoder.end(binary);
  postgres.copy("a", text);
  postgres.copy("b", binary, encoder.options());
  RC_ASSERT(postgres.run(
                "SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) d") == "0");
  RC_ASSERT(postgres.run("SELECT count(*) FROM b") == std::to_string(count));
}

BOOST_AUTO_TEST_SUITE_END()
