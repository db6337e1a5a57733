#include "postgres/copy_encoder.hpp"

#include <boost/test/unit_test.hpp>

#include "fuzz/copy_binary_reader.hpp"
#include "fuzz/copy_csv_reader.hpp"
#include "records/record_line.hpp"

using namespace ingest::detail;
using ingest::json_pointer;
using ingest::testing::read_binary_copy;
using ingest::testing::read_csv_copy;

namespace {

using rows = std::vector<std::vector<std::optional<std::string>>>;
using names = std::vector<std::string>;

const names as_csv{"int8", "jsonb"};
const names as_jsonb{"text", "jsonb"};

std::string bytes_of(const table_shape& shape, const names& types, const std::vector<std::string>& lines) {
  copy_encoder encoder(shape, types);
  std::string bytes;
  encoder.begin(bytes);
  for (const std::string& line : lines) {
    const record_line parsed = parse_record_line(line);
    encoder.append(parsed.key, parsed.record, bytes);
  }
  encoder.end(bytes);
  return bytes;
}

std::string bytes_of(const names& types, const std::vector<std::string>& lines) {
  return bytes_of(table_shape::of_events(), types, lines);
}

bool binary(const std::string& id_type, const std::string& data_type) {
  return copy_encoder(table_shape::of_events(), {id_type, data_type}).is_binary();
}

/// Columns of the kinds that of_events() has not.
table_shape with_values() {
  return {{{"who", "text", "", {}, json_pointer("/who/name")},
           {"id", "text", "", {}, std::nullopt},
           {"tags", "jsonb", "", {}, json_pointer("/tags"), false},
           {"data", "jsonb", "", {}, json_pointer("")}},
          {"who", "id"}};
}

const names all_binary{"text", "text", "jsonb", "jsonb"};
const names some_binary{"citext", "text", "jsonb", "jsonb"};

}  // namespace

BOOST_AUTO_TEST_SUITE(copy_encoder_of_records)

BOOST_AUTO_TEST_CASE(is_binary_only_where_every_types_bytes_are_its_text) {
  BOOST_TEST(binary("text", "jsonb"));
  BOOST_TEST(binary("varchar", "json"));
  BOOST_TEST(binary("bpchar", "text"));
  BOOST_TEST(!binary("uuid", "jsonb"));
  BOOST_TEST(!binary("int8", "jsonb"));
  BOOST_TEST(!binary("text", "citext"));
  BOOST_TEST(!binary("jsonb", "jsonb"));  // a key need not be JSON
}

BOOST_AUTO_TEST_CASE(leaves_lines_as_they_are_when_it_is_csv) {
  BOOST_TEST(bytes_of(as_csv, {"7\t{\"x\":\"\\n\"}\n", "\t1\n"}) == "7\t{\"x\":\"\\n\"}\n\t1\n");
}

BOOST_AUTO_TEST_CASE(quotes_keys_that_mean_other_bytes_when_it_is_csv) {
  const std::string bytes = bytes_of(as_csv, {"a\\tb\\u0001\\\\\t{}\n", "\"\"\t{}\n", "\\\\.\t{}\n"});
  BOOST_TEST((read_csv_copy(bytes) == rows{{"a\tb\1\\", "{}"}, {"", "{}"}, {"\\.", "{}"}}));
}

BOOST_AUTO_TEST_CASE(has_the_columns_as_they_are_when_it_is_binary) {
  const std::string bytes = bytes_of(as_jsonb, {"a\\\\b\t{\"x\":\"\\\\n\"}\n", "\t1\n", "\"\"\t2\n", "c\t\n"});
  BOOST_TEST((read_binary_copy(bytes) ==
              rows{{"a\\b", "\1{\"x\":\"\\\\n\"}"}, {std::nullopt, "\0011"}, {"", "\0012"}, {"c", "\1"}}));
  BOOST_TEST((read_binary_copy(bytes_of({"text", "json"}, {"a\t{}\n"})) == rows{{"a", "{}"}}));
  BOOST_TEST((read_binary_copy(bytes_of({"text", "json"}, {})) == rows{}));
}

BOOST_AUTO_TEST_CASE(finds_the_values_of_columns_inside_the_record) {
  const std::string first = R"({"who":{"name":"A\tB"},"tags":["x\u0001"]})";
  const std::string second = R"({"who":{"name":12.50},"tags":null})";
  const std::string third = R"({"who":{"name":null}})";
  const std::vector<std::string> lines{"1\t" + first + "\n", "2\t" + second + "\n", "3\t" + third + "\n"};
  const std::string tags = R"(["x\u0001"])";
  BOOST_TEST((read_binary_copy(bytes_of(with_values(), all_binary, lines), 4) ==
              rows{{"A\tB", "1", '\1' + tags, '\1' + first},
                   {"12.50", "2", std::nullopt, '\1' + second},
                   {std::nullopt, "3", std::nullopt, '\1' + third}}));
  BOOST_TEST(
      (read_csv_copy(bytes_of(with_values(), some_binary, lines)) == rows{{"A\tB", "1", tags, first},
                                                                          {"12.50", "2", std::nullopt, second},
                                                                          {std::nullopt, "3", std::nullopt, third}}));
}

BOOST_AUTO_TEST_CASE(tells_an_empty_string_inside_the_record_from_none) {
  const std::vector<std::string> lines{"1\t{\"who\":{\"name\":\"\"}}\n"};
  BOOST_TEST(read_csv_copy(bytes_of(with_values(), some_binary, lines))[0][0].value_or("NULL") == "");
  BOOST_TEST(read_binary_copy(bytes_of(with_values(), all_binary, lines), 4)[0][0].value_or("NULL") == "");
}

BOOST_AUTO_TEST_CASE(has_the_server_refuse_a_record_in_which_no_value_can_be_found) {
  const std::vector<std::string> lines{"1\t{\"who\":\n"};
  BOOST_TEST(read_csv_copy(bytes_of(with_values(), some_binary, lines))[0].size() == 5u);
  BOOST_TEST(read_binary_copy(bytes_of(with_values(), all_binary, lines), 4)[0].size() == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
