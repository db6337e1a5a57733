#include "postgres/copy_format.hpp"

#include <boost/test/unit_test.hpp>

#include "fuzz/copy_binary_reader.hpp"
#include "fuzz/copy_csv_reader.hpp"

using namespace ingest::detail;
using ingest::testing::read_binary_copy;
using ingest::testing::read_csv_copy;

namespace {

using rows = std::vector<std::vector<std::optional<std::string>>>;

std::string bytes_of(copy_format format, const std::vector<std::string>& lines) {
  const copy_encoder encoder(format);
  std::string bytes;
  encoder.begin(bytes);
  for (const std::string& line : lines) {
    encoder.append(line, bytes);
  }
  encoder.end(bytes);
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(copy_format_of_rows)

BOOST_AUTO_TEST_CASE(is_binary_only_where_a_types_bytes_are_its_text) {
  BOOST_TEST((format_for("text", "jsonb") == copy_format::binary_jsonb));
  BOOST_TEST((format_for("varchar", "json") == copy_format::binary));
  BOOST_TEST((format_for("bpchar", "text") == copy_format::binary));
  BOOST_TEST((format_for("uuid", "jsonb") == copy_format::csv));
  BOOST_TEST((format_for("int8", "jsonb") == copy_format::csv));
  BOOST_TEST((format_for("text", "citext") == copy_format::csv));
}

BOOST_AUTO_TEST_CASE(leaves_lines_as_they_are_when_it_is_csv) {
  BOOST_TEST(bytes_of(copy_format::csv, {"7\t{\"x\":\"\\n\"}\n", "\t1\n"}) == "7\t{\"x\":\"\\n\"}\n\t1\n");
}

BOOST_AUTO_TEST_CASE(quotes_keys_that_mean_other_bytes_when_it_is_csv) {
  const std::string bytes = bytes_of(copy_format::csv, {"a\\tb\\u0001\\\\\t{}\n", "\"\"\t{}\n", "\\\\.\t{}\n"});
  BOOST_TEST((read_csv_copy(bytes) == rows{{"a\tb\1\\", "{}"}, {"", "{}"}, {"\\.", "{}"}}));
}

BOOST_AUTO_TEST_CASE(has_the_columns_as_they_are_when_it_is_binary) {
  const std::string bytes =
      bytes_of(copy_format::binary_jsonb, {"a\\\\b\t{\"x\":\"\\\\n\"}\n", "\t1\n", "\"\"\t2\n", "c\t\n"});
  BOOST_TEST((read_binary_copy(bytes) ==
              rows{{"a\\b", "\1{\"x\":\"\\\\n\"}"}, {std::nullopt, "\0011"}, {"", "\0012"}, {"c", "\1"}}));
  BOOST_TEST((read_binary_copy(bytes_of(copy_format::binary, {"a\t{}\n"})) == rows{{"a", "{}"}}));
  BOOST_TEST((read_binary_copy(bytes_of(copy_format::binary, {})) == rows{}));
}

BOOST_AUTO_TEST_SUITE_END()
