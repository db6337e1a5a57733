#include "ingest/sources/csv_source.hpp"

#include <boost/test/unit_test.hpp>

#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/memory_sink.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct csv_file {
  scratch_dir dir;
  csv_options options;

  /// What becomes of `text`: the lines of JSON, or the error.
  std::string read(const std::string& text) {
    put_text(dir / "in.csv", text);
    csv_source from(dir / "in.csv", options);
    memory_sink to;
    const auto result = ingest_stream(from, to);
    if (!result.failure) {
      return to.text();
    }
    std::string message = result.failure->what();
    const std::string path = (dir / "in.csv").string();
    return message.starts_with(path) ? message.substr(path.size()) : message;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(csv_source_files, csv_file)

BOOST_AUTO_TEST_CASE(become_an_object_a_record) {
  BOOST_TEST(read("id,name\n1,a\n2,b\n") == "{\"id\":\"1\",\"name\":\"a\"}\n{\"id\":\"2\",\"name\":\"b\"}\n");
  BOOST_TEST(read("id,name\r\n1,\r\n,b") == "{\"id\":\"1\",\"name\":\"\"}\n{\"id\":\"\",\"name\":\"b\"}\n");
}

BOOST_AUTO_TEST_CASE(may_quote_what_would_divide) {
  BOOST_TEST(read("a,b\n\"x,\"\"y\"\"\n\",\"\"\n") == "{\"a\":\"x,\\\"y\\\"\\u000a\",\"b\":\"\"}\n");
  BOOST_TEST(read("\"a\",\"b\"\r\n\"1\",\"2\"\r\n") == "{\"a\":\"1\",\"b\":\"2\"}\n");
  BOOST_TEST(read("a,b\n1\"2,3") == "{\"a\":\"1\\\"2\",\"b\":\"3\"}\n");
}

BOOST_AUTO_TEST_CASE(may_have_nothing_or_blank_lines_in_them) {
  BOOST_TEST(read("") == "");
  BOOST_TEST(read("a,b\n") == "");
  BOOST_TEST(read("\na,b\n\n\r\n1,2\n\n") == "{\"a\":\"1\",\"b\":\"2\"}\n");
  BOOST_TEST(read("a\n\n1\n") == "{\"a\":\"\"}\n{\"a\":\"1\"}\n");
}

BOOST_AUTO_TEST_CASE(of_short_records_with_long_names_come_in_batches_that_are_no_longer_than_others) {
  options.batch_bytes = 100'000;
  std::string text = std::string(10'000, 'n') + "\n";
  for (int i = 0; i < 1'000; ++i) {
    text += "1\n";
  }
  put_text(dir / "in.csv", text);
  csv_source from(dir / "in.csv", options);
  from.open(std::nullopt, {});
  std::uint64_t records = 0;
  while (const auto batch = from.read()) {
    records += batch->records;
    BOOST_TEST(batch->bytes().size() < 2 * options.batch_bytes);
  }
  BOOST_TEST(records == 1'000U);
}

BOOST_AUTO_TEST_CASE(with_blank_lines_before_the_header_can_be_opened_again) {
  options.batch_bytes = 1;
  put_text(dir / "in.csv", "\na\n1\n2\n");
  csv_source from(dir / "in.csv", options);
  from.open(std::nullopt, {});
  const std::string position = from.read()->position;
  from.close();
  from.open(position, {});
  BOOST_TEST(from.read()->bytes() == "{\"a\":\"2\"}\n");
}

BOOST_AUTO_TEST_CASE(may_begin_with_a_byte_order_mark) {
  BOOST_TEST(read("\xEF\xBB\xBF"
                  "a,b\n1,2\n") == "{\"a\":\"1\",\"b\":\"2\"}\n");
}

BOOST_AUTO_TEST_CASE(may_have_their_columns_named_elsewhere) {
  options.columns = {"x", "y"};
  BOOST_TEST(read("1,2\n") == "{\"x\":\"1\",\"y\":\"2\"}\n");
}

BOOST_AUTO_TEST_CASE(may_have_tabs_and_no_quoting) {
  options = csv_options::tsv();
  BOOST_TEST(read("a\tb\n\"1\t2\"\n") == "{\"a\":\"\\\"1\",\"b\":\"2\\\"\"}\n");
}

BOOST_AUTO_TEST_CASE(are_refused_with_the_place_and_the_reason) {
  BOOST_TEST(read("a,b\n1,2\n1,2,3\n") == ", the record at offset 8: it has 3 fields, but there are 2 columns");
  BOOST_TEST(read("a,b\n\"1,2\n") == ", the record at offset 4: a quote is never closed");
  BOOST_TEST(read("a,b\n\"1\"x,2\n") == ", the record at offset 4: text follows a closing quote");
  BOOST_TEST(read("a,b\n1,\xFF\n") ==
             ", the record at offset 4: field 2 is no UTF-8; convert the file, for instance with iconv");
  BOOST_TEST(read("a,gr\xf6\xdf\n1,2\n") ==
             " has a column whose name is not UTF-8 (\"gr\ufffd\ufffd\"): convert the file, "
             "as with iconv -f LATIN1 -t UTF-8");
  BOOST_TEST(read("a,a\n1,2\n") == " has a column \"a\" twice: give each column a name of its own");
  options.max_record_bytes = 1000;
  BOOST_TEST(read("a,b\n\"" + std::string(200'000, 'x')) ==
             ", the record at offset 4: it has more than 1000 bytes: is a quote never closed?");
}

BOOST_AUTO_TEST_CASE(tell_by_their_header_what_divides_fields_and_records) {
  const std::string expected = "{\"id\":\"1\",\"name\":\"a,b\"}\n{\"id\":\"2\",\"name\":\"c\"}\n";
  BOOST_TEST(read("id,name\r1,\"a,b\"\r2,c\r") == expected);
  BOOST_TEST(read("id,name\r1,\"a,b\"\r2,c") == expected);
  BOOST_TEST(read("\rid;name\r1;a,b\r\r2;c") == expected);
  BOOST_TEST(read("id;name\n1;a,b\n2;c\n") == expected);
  BOOST_TEST(read("\xEF\xBB\xBFid|name\r\n1|a,b\r\n2|c\r\n") == expected);
  BOOST_TEST(read("id\tname\n1\t\"a,b\"\n2\tc\n") == expected);
  BOOST_TEST(read("sep=;\r\nid;name\r\n1;a,b\r\n2;c\r\n") == expected);
  BOOST_TEST(read("id;\"name\"\n1;\"a,b\"\n2;\"c\"\n") == expected);
  // What agrees with the record behind the header goes before what divides the header into more.
  BOOST_TEST(read("id,a;b;c\n1,x\n") == "{\"id\":\"1\",\"a;b;c\":\"x\"}\n");
  BOOST_TEST(read("id,name\r") == "");
  BOOST_TEST(read("id;name") == "");
  options.separator = ',';
  BOOST_TEST(read("id;name\n1;a\n") == "{\"id;name\":\"1;a\"}\n");
}

BOOST_AUTO_TEST_CASE(may_have_a_record_set_aside_where_it_is_certain_where_the_next_begins) {
  options.set_aside = true;
  BOOST_TEST(
      read("a,b\n1,2,3\n4\n5,\"x\ny\"\n6,\xFF\n7,8\n") ==
      "\x15[{\"reason\":\"it has 3 fields, but there are 2 columns\",\"offset\":4,\"record\":\"1,2,3\\u000a\"}]\n"
      "\x15[{\"reason\":\"it has 1 field, but there are 2 columns\",\"offset\":10,\"record\":\"4\\u000a\"}]\n"
      "{\"a\":\"5\",\"b\":\"x\\u000ay\"}\n"
      "\x15[{\"reason\":\"field 2 is no UTF-8; convert the file, for instance with iconv\",\"offset\":20,"
      "\"record\":\"6,\xFF\\u000a\"}]\n"
      "{\"a\":\"7\",\"b\":\"8\"}\n");
  BOOST_TEST(read("a,b\n\"1,2\n") == ", the record at offset 4: a quote is never closed");
  BOOST_TEST(read("a,b\n\"1\"x,2\n") == ", the record at offset 4: text follows a closing quote");
}

BOOST_AUTO_TEST_CASE(are_divided_so_that_a_column_is_called_as_the_id_is) {
  const std::string text = "id,a|b|c\n1,x|y|z\n";
  BOOST_TEST(read(text) == "{\"id,a\":\"1,x\",\"b\":\"y\",\"c\":\"z\"}\n");
  options.id_column = "id";
  BOOST_TEST(read(text) == "{\"id\":\"1\",\"a|b|c\":\"x|y|z\"}\n");
}

BOOST_AUTO_TEST_CASE(tell_their_columns) {
  put_text(dir / "in.csv", "Id;name\n1;a\n");
  csv_source from(dir / "in.csv");
  from.open(std::nullopt, {});
  BOOST_TEST((from.columns() == std::vector<std::string>{"Id", "name"}));
  from.close();
}

BOOST_AUTO_TEST_CASE(are_read_alike_wherever_their_blocks_end) {
  std::string text = "a,b\n";
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    text += std::to_string(i) + ",\"\"\"\r\n\"\"\"\r\n";
    expected += "{\"a\":\"" + std::to_string(i) + "\",\"b\":\"\\\"\\u000d\\u000a\\\"\"}\n";
  }
  BOOST_TEST((read(text) == expected));
}

BOOST_AUTO_TEST_SUITE_END()
