// covers: what another reader finds in our Parquet files: each value, each checksum and each statistic.
#include "libingest/parquet/sample_values.hpp"

#include <boost/test/unit_test.hpp>

#include "faults/requirement.hpp"
#include "support/scratch_dir.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct parquet_target {
  scratch_dir dir;
  parquet_options options;
  parquet_counts counts;

  void write(std::string_view lines) {
    parquet_sink to(dir / "x.parquet", options);
    to.open({});
    while (!lines.empty()) {
      const std::size_t cut = std::min<std::size_t>(lines.size(), 100'000);
      const std::size_t end = lines.find('\n', cut - 1) + 1;
      batch b;
      b.data = std::make_shared<const std::string>(lines.substr(0, end));
      to.write(b);
      lines.remove_prefix(end);
    }
    to.finalize();
    counts = to.counts();
  }

  parquet_contents read() const { return read_parquet(dir / "x.parquet"); }

  parquet_contents written(std::string_view lines) {
    write(lines);
    return read();
  }
};

void check_rows(const parquet_contents& found, const std::vector<std::string>& rows) {
  BOOST_TEST(found.rows == rows.size());
  BOOST_REQUIRE(found.lines.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    BOOST_REQUIRE_MESSAGE(found.lines[i] == rows[i], "row " << i << " is " << found.lines[i] << " not " << rows[i]);
  }
}

std::string types_of(const parquet_contents& found) {
  std::string all;
  for (const auto& c : found.columns) {
    all += c.name + " " + c.physical + " " + c.logical + ", ";
  }
  return all;
}

boost::test_tools::assertion_result reader_is_there(boost::unit_test::test_unit_id) {
  return requirement(can_read_parquet(), "Node or the packages of tests/libingest/parquet/reader are not installed");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(parquet_files, parquet_target, *boost::unit_test::precondition(reader_is_there))

BOOST_AUTO_TEST_CASE(hold_values_of_all_types_in_many_row_groups) {
  options.columns = columns_of_all_types();
  options.memory_bytes = 1 << 20;
  sample_records records(options.columns, 1);
  records.add(25'000);
  const auto found = written(records.lines);
  check_rows(found, records.rows);
  BOOST_TEST(found.row_groups > 1u);
  BOOST_TEST(found.created_by.starts_with("ingest version "));
  BOOST_TEST(types_of(found) ==
             "boolean BOOLEAN -, int64 INT64 -, real64 DOUBLE -, decimal INT64 DECIMAL, string BYTE_ARRAY STRING, date "
             "INT32 DATE, time INT64 TIME, timestamp INT64 TIMESTAMP, uuid FIXED_LEN_BYTE_ARRAY UUID, json BYTE_ARRAY "
             "JSON, needed INT64 -, _ingest_extra BYTE_ARRAY JSON, ");
  BOOST_TEST(counts.rows == 25'000u);
  BOOST_TEST(counts.values_apart == 0u);
}

BOOST_AUTO_TEST_CASE(hold_the_same_when_they_are_not_compressed) {
  options.columns = columns_of_all_types();
  options.zstd_level = std::nullopt;
  sample_records records(options.columns, 2);
  records.add(3'000, 2);
  check_rows(written(records.lines), records.rows);
}

BOOST_AUTO_TEST_CASE(may_have_no_rows_or_one) {
  auto found = written("");
  BOOST_TEST(found.rows == 0u);
  BOOST_TEST(types_of(found) == "_ingest_extra BYTE_ARRAY JSON, ");
  options.columns = columns_of_all_types();
  BOOST_TEST(written("").columns.size() == 12u);
  sample_records records(options.columns, 3);
  records.add(1);
  check_rows(written(records.lines), records.rows);
}

BOOST_AUTO_TEST_CASE(may_have_nothing_but_nulls) {
  options.columns = {{.name = "a", .type = parquet_type::string}, {.name = "b", .type = parquet_type::int64}};
  std::string lines;
  for (int i = 0; i < 200'000; ++i) {
    lines += "{}\n";
  }
  check_rows(written(lines), std::vector<std::string>(200'000, "-\t-\t-"));
}

BOOST_AUTO_TEST_CASE(may_have_300_columns) {
  for (int i = 0; i < 300; ++i) {
    options.columns.push_back({.name = "c" + std::to_string(i), .type = static_cast<parquet_type>(i % 10)});
  }
  options.memory_bytes = 4 << 20;
  sample_records records(options.columns, 4);
  records.add(500, 3);
  const auto found = written(records.lines);
  check_rows(found, records.rows);
}

BOOST_AUTO_TEST_CASE(hold_long_strings) {
  std::string lines;
  std::vector<std::string> rows;
  for (int i = 0; i < 12; ++i) {
    const std::string text((1 << 20) + static_cast<std::size_t>(i), static_cast<char>('a' + i % 3));
    lines += "{\"text\":\"" + text + "\"}\n";
    rows.push_back(parquet_cell(text) + "\t-");
  }
  check_rows(written(lines), rows);
}

BOOST_AUTO_TEST_CASE(number_texts_in_a_dictionary_as_long_as_that_pays) {
  std::string lines;
  std::vector<std::string> rows;
  for (int i = 0; i < 60'000; ++i) {
    const std::string few = "kind " + std::to_string(i % 7);
    const std::string many = "id " + std::to_string(i);
    // Few at first, and then ever new ones: pages of both kinds.
    const std::string both = i < 40'000 ? few : many;
    lines += "{\"few\":\"" + few + "\",\"many\":\"" + many + "\",\"both\":\"" + both + "\",\"one\":\"same\"}\n";
    rows.push_back(parquet_cell(few) + "\t" + parquet_cell(many) + "\t" + parquet_cell(both) + "\t" +
                   parquet_cell("same") + "\t-");
  }
  options.memory_bytes = 2 << 20;
  const auto found = written(lines);
  check_rows(found, rows);
  BOOST_TEST(found.columns[0].encodings == "PLAIN RLE RLE_DICTIONARY");
  BOOST_TEST(found.columns[1].encodings == "PLAIN RLE");
  BOOST_TEST(found.columns[2].encodings == "PLAIN RLE RLE_DICTIONARY");
}

BOOST_AUTO_TEST_CASE(have_columns_of_the_narrowest_types_that_fit) {
  const auto found = written(
      R"({"b":true,"i":1,"r":1,"n":1,"u":"0189f7ea-ae2c-7000-8000-000000000000","d":"2026-01-27","t":"2026-01-27T10:00:00Z"})"
      "\n"
      R"({"b":false,"i":-3,"r":0.1,"n":0.12345678901234567890,"s":"x","o":{},"m":1,"":1,"_ingest_extra":1})"
      "\n"
      R"({"m":"x","nothing":null,"d":"2026-02-28"})"
      "\n");
  BOOST_TEST(
      types_of(found) ==
      "b BOOLEAN -, i INT64 -, r DOUBLE -, n BYTE_ARRAY JSON, u FIXED_LEN_BYTE_ARRAY UUID, d INT32 DATE, t INT64 "
      "TIMESTAMP, s BYTE_ARRAY STRING, o BYTE_ARRAY JSON, m BYTE_ARRAY JSON, _ingest_extra BYTE_ARRAY JSON, ");
  BOOST_TEST(found.lines.at(1).ends_with("\t" + parquet_cell(R"({"":1,"_ingest_extra":1})")));
  BOOST_TEST(counts.members_apart == 2u);
}

BOOST_AUTO_TEST_CASE(keep_apart_what_no_column_holds) {
  options.columns = {{.name = "i", .type = parquet_type::int64},
                     {.name = "r", .type = parquet_type::real64},
                     {.name = "s", .type = parquet_type::string},
                     {.name = "d", .type = parquet_type::date},
                     {.name = "t", .type = parquet_type::time},
                     {.name = "p", .type = parquet_type::decimal, .precision = 3, .scale = 2}};
  const auto extra_of = [this](const std::string& record) {
    const std::string row = written(record + "\n").lines.at(0);
    return row.substr(row.rfind('\t') + 1);
  };
  BOOST_TEST(extra_of(R"({"i":9223372036854775808,"new":[1, 2]})") ==
             parquet_cell(R"({"new":[1, 2],"i":9223372036854775808})"));
  BOOST_TEST(counts.values_apart == 1u);
  BOOST_TEST(counts.members_apart == 1u);
  BOOST_TEST(extra_of(R"({"r":0.12345678901234567890})") == parquet_cell(R"({"r":0.12345678901234567890})"));
  BOOST_TEST(extra_of(R"({"s":"a lone \ud800"})") == parquet_cell(R"({"s":"a lone \ud800"})"));
  BOOST_TEST(extra_of(R"({"\udfff and \ud8ab\"":1})") == parquet_cell(R"({"\udfff and \ud8ab\"":1})"));
  BOOST_TEST(extra_of(R"({"d":"2026-02-30"})") == parquet_cell(R"({"d":"2026-02-30"})"));
  BOOST_TEST(extra_of(R"({"t":"24:00:00"})") == parquet_cell(R"({"t":"24:00:00"})"));
  BOOST_TEST(extra_of(R"({"p":1.234})") == parquet_cell(R"({"p":1.234})"));
  BOOST_TEST(extra_of(R"({"p":10})") == parquet_cell(R"({"p":10})"));
  BOOST_TEST(extra_of(R"({"i":"1e2","r":"-0"})") == parquet_cell(R"({"i":"1e2","r":"-0"})"));
  BOOST_TEST(extra_of(R"({"p":9.99})") == "-");
  BOOST_TEST(extra_of(R"({"x":1,"x":2,"y":1,"y":null,"z":null})") == parquet_cell(R"({"x":2,"y":null})"));
  BOOST_TEST(written(R"({"i":"42","r":"1.5","s":{"a": 1},"d":"2026-01-27T10:00:00Z"})"
                     "\n")
                 .lines.at(0) == "42\t3ff8000000000000\t" + parquet_cell(R"({"a": 1})") + "\t20480\t-\t-\t" +
                                     parquet_cell(R"({"d":"2026-01-27T10:00:00Z"})"));
}

BOOST_AUTO_TEST_CASE(have_the_metadata_that_they_were_given) {
  options.metadata = {{"ingest.source", "the API"}, {"empty", "-"}};
  const auto found = written("{\"a\":1}\n");
  BOOST_TEST(found.metadata.at("ingest.source") == "the API");
  BOOST_TEST(found.metadata.size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
