#include "postgres/copy_format.hpp"

#include <boost/test/unit_test.hpp>

#include "fuzz/copy_binary_reader.hpp"

using namespace ingest::detail;
using ingest::testing::read_binary_copy;

namespace {

using rows = std::vector<std::vector<std::optional<std::string>>>;

rows sent(copy_format format, const std::vector<std::string>& lines) {
  const copy_encoder encoder(format);
  std::string bytes;
  encoder.begin(bytes);
  for (const std::string& line : lines) {
    encoder.append(line, bytes);
  }
  encoder.end(bytes);
  return read_binary_copy(bytes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(copy_format_of_rows)

BOOST_AUTO_TEST_CASE(is_binary_only_where_a_types_bytes_are_its_text) {
  BOOST_TEST((format_for("text", "jsonb") == copy_format::binary_jsonb));
  BOOST_TEST((format_for("varchar", "json") == copy_format::binary));
  BOOST_TEST((format_for("bpchar", "text") == copy_format::binary));
  BOOST_TEST((format_for("uuid", "jsonb") == copy_format::text));
  BOOST_TEST((format_for("int8", "jsonb") == copy_format::text));
  BOOST_TEST((format_for("text", "citext") == copy_format::text));
}

BOOST_AUTO_TEST_CASE(leaves_rows_as_they_are_when_it_is_text) {
  const copy_encoder encoder(copy_format::text);
  std::string bytes;
  encoder.begin(bytes);
  encoder.append("a\\\\b\t{}\n", bytes);
  encoder.end(bytes);
  BOOST_TEST(bytes == "a\\\\b\t{}\n");
  BOOST_TEST(encoder.options() == "");
}

BOOST_AUTO_TEST_CASE(has_the_columns_without_their_escapes_when_it_is_binary) {
  BOOST_TEST((sent(copy_format::binary_jsonb, {"a\\\\b\t{\"x\":\"\\\\n\"}\n", "\\N\t1\n", "c\t\\N\n", "\t\n"}) ==
              rows{{"a\\b", "\1{\"x\":\"\\n\"}"}, {std::nullopt, "\0011"}, {"c", std::nullopt}, {"", "\1"}}));
  BOOST_TEST((sent(copy_format::binary, {"a\t{}\n"}) == rows{{"a", "{}"}}));
  BOOST_TEST((sent(copy_format::binary, {}) == rows{}));
}

BOOST_AUTO_TEST_CASE(says_of_a_row_with_other_columns_how_many_it_has) {
  const rows r = sent(copy_format::binary_jsonb, {"alone\n", "a\tb\tc\n"});
  BOOST_TEST(r.at(0).size() == 1u);
  BOOST_TEST(r.at(1).size() == 3u);
}

BOOST_AUTO_TEST_CASE(reads_columns_back_as_copy_would) {
  const auto columns = read_columns("i\\\\d\t{\"a\":\"x\\\\ny\\t\\x41\\101\\\"}\n");
  BOOST_TEST(columns.id == "i\\d");
  BOOST_TEST(columns.rest == "{\"a\":\"x\\ny\tAA\"}");
  BOOST_TEST(!read_columns("\\N\t1\n").has_id);
  BOOST_TEST(read_columns("no tab\n").id == "no tab");
}

BOOST_AUTO_TEST_SUITE_END()
