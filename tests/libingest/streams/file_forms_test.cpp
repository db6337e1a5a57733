#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/memory_sink.hpp"
#include "ingest/sources/csv_source.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "support/compressed_file.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;
using namespace std::string_literals;
using format = compress_transform::format;

namespace {

/// Reads a file, whatever it is called, as what its first bytes say.
struct file_of_some_form {
  scratch_dir dir;
  std::filesystem::path path = dir / "in";
  ndjson_options options{.batch_bytes = 16};

  std::string outcome_of(source& from) const {
    memory_sink to;
    const auto result = ingest_stream(from, to);
    const std::string failure = result.failure ? result.failure->what() : "";
    const std::size_t name = failure.find(path.string());
    return result.ok() ? to.text() : name == 0 ? failure.substr(path.string().size()) : failure;
  }

  std::string read() const {
    ndjson_source from(path, options);
    return outcome_of(from);
  }
  std::string read(const std::string& bytes) const {
    put_text(path, bytes);
    return read();
  }

  /// What is left of the file at each of its positions.
  void check_positions(const std::string& whole) const {
    ndjson_source from(path, options);
    from.open(std::nullopt, {});
    std::string before;
    std::vector<std::pair<std::string, std::size_t>> positions;
    while (const auto b = from.read()) {
      before += b->bytes();
      positions.emplace_back(b->position, before.size());
    }
    from.close();
    BOOST_TEST(before == whole);
    for (const auto& [position, length] : positions) {
      ndjson_source rest(path, options);
      memory_sink to;
      BOOST_TEST(ingest_stream(rest, to, {.position = position}).ok());
      BOOST_TEST(to.text() == whole.substr(length), "at " << position);
    }
  }
};

std::string utf16(const std::u16string& text, bool big_endian) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xFF);
    bytes += big_endian ? std::string{high, low} : std::string{low, high};
  }
  return bytes;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_file_of_records, file_of_some_form)

BOOST_AUTO_TEST_CASE(may_be_an_array_on_one_line_or_on_many) {
  const std::string lines = "{\"id\":1}\n{\"id\":2,\"s\":\"]}\\\"\"}\n";
  BOOST_TEST(read("[{\"id\":1},{\"id\":2,\"s\":\"]}\\\"\"}]") == lines);
  BOOST_TEST(read("\xEF\xBB\xBF \n[{\"id\":1}\n,\r\n{\"id\":2,\"s\":\"]}\\\"\"},\n]\n") == lines);
  BOOST_TEST(read("[{\"id\":1}]\n[]\n[{\"id\":2,\"s\":\"]}\\\"\"}]\n") == lines);
  BOOST_TEST(read("[\n  {\n    \"id\": 1\n  },\n  {\n    \"id\": [\n2]\n  }\n]\n") ==
             "{     \"id\": 1   }\n{     \"id\": [ 2]   }\n");
  BOOST_TEST(read("[{}, 5, \"a\", [1], null]") == "{}\n5\n\"a\"\n[1]\nnull\n");
  BOOST_TEST(read("[]") == "");
  BOOST_TEST(read(" [\n]\n") == "");
}

BOOST_AUTO_TEST_CASE(may_be_objects_over_several_lines) {
  BOOST_TEST(read("{\n \"id\": 1\n}\n{\n \"id\": 2\n}{\"id\": 3}") == "{  \"id\": 1 }\n{  \"id\": 2 }\n{\"id\": 3}\n");
  BOOST_TEST(read("{\n}\n") == "{ }\n");
}

BOOST_AUTO_TEST_CASE(is_lines_otherwise) {
  for (const std::string lines : {"[1,2]\n[{}]\n", "{\"id\":1,\n{\"id\":2}\n", "5\n", "\"[{\"\n", "{ \"id\":1}\n"}) {
    BOOST_TEST(read(lines) == lines);
  }
  BOOST_TEST(read("\xEF\xBB\xBF{\"id\":1}\r\n\r\n \n{\"id\":2}") == "\xEF\xBB\xBF{\"id\":1}\r\n{\"id\":2}\n");
}

BOOST_AUTO_TEST_CASE(is_refused_where_an_array_is_none_and_where_it_is_cut_off) {
  BOOST_TEST(read("[{\"id\":1},{\"id\":2}") == ", at offset 18: the array is not closed: the file is cut off");
  BOOST_TEST(read("[{\"id\":1},{\"id\":") == ", at offset 16: the file ends in the middle of a record: it is cut off");
  BOOST_TEST(read("[{\"id\":1},{\"id\":\"") == ", at offset 17: a string is never closed");
  BOOST_TEST(read("[{\"id\":1} {\"id\":2}]") == ", at offset 10: a comma or the end of the array should be here");
  BOOST_TEST(read("[{\"id\":1},,{\"id\":2}]") == ", at offset 10: a value should be here");
  BOOST_TEST(read("[{\"id\":1}]\n{\"id\":2}") == ", at offset 11: something follows the array");
  BOOST_TEST(read("{\n}\n,{\n}\n") == ", at offset 4: an object should begin here");
  BOOST_TEST(read("[{\"s\":\"a\nb\"}]") == ", the record at offset 1: a line break stands in a string");
  options.max_line_bytes = 300'000;
  BOOST_TEST(read("[{\"s\":\"" + std::string(1'000'000, 'x') + "\"}]") ==
             ", at offset 1: a record has more than 300000 bytes");
}

BOOST_AUTO_TEST_CASE(may_have_a_record_set_aside_whose_end_is_known) {
  options.set_aside = true;
  BOOST_TEST(read("[{\"s\":\"a\nb\"},{\"id\":1}]") ==
             "\x15[{\"reason\":\"a line break stands in a "
             "string\",\"offset\":1,\"record\":\"{\\\"s\\\":\\\"a\\u000ab\\\"}\"}]\n"
             "{\"id\":1}\n");
}

BOOST_AUTO_TEST_CASE(is_gone_on_with_at_each_position) {
  std::string lines;
  for (int i = 0; i < 200; ++i) {
    lines += "{\"id\":\"" + std::string(static_cast<std::size_t>(i * 7), 'x') + "\\\\\"}\n";
  }
  std::string array = "[" + lines;
  std::replace(array.begin(), array.end(), '\n', ',');
  array.back() = ']';
  for (const std::string& text :
       {lines, array, "{\n" + lines.substr(1), utf16(u"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", true)}) {
    const std::string whole = read(text);
    check_positions(whole);
    put_compressed(path, text, format::gzip);
    check_positions(whole);
  }
}

BOOST_AUTO_TEST_CASE(may_be_utf16) {
  const std::u16string text = u"{\"id\":\"\u00e4\u20ac\U0001F600\"}\r\n{\"id\":2}";
  const std::string expected = "{\"id\":\"\u00e4\u20ac\U0001F600\"}\r\n{\"id\":2}\n";
  for (const bool big_endian : {false, true}) {
    BOOST_TEST(read(utf16(text, big_endian)) == expected);
    BOOST_TEST(read(utf16(u"\uFEFF" + text, big_endian)) == expected);
    BOOST_TEST(read(utf16(u"[{\"id\":1}]", big_endian)) == "{\"id\":1}\n");
    put_text(path, utf16(u"\uFEFFid;name\r1;\u00e4\r", big_endian));
    csv_source csv(path);
    BOOST_TEST(outcome_of(csv) == "{\"id\":\"1\",\"name\":\"\u00e4\"}\n");
    BOOST_TEST(read(utf16(u"{\"id\":1}\n", big_endian) + "x") ==
               " is UTF-16 and ends in the middle of a character: it is cut off");
  }
  // Half of a pair is no UTF-8: the record is refused, and no other.
  BOOST_TEST(read(utf16(std::u16string(u"{}\n") + char16_t(0xD83D) + u"\n{}\n", false)) == "{}\n\xED\xA0\xBD\n{}\n");
}

BOOST_AUTO_TEST_CASE(may_be_padded_with_zeros_behind_what_is_compressed) {
  const std::string text = "{\"id\":1}\n{\"id\":2}\n";
  for (const format f : {format::gzip, format::zstd}) {
    put_compressed(path, text, f, 2);
    const std::string compressed = text_of(path);
    for (const std::size_t zeros : {1, 511, 500'000}) {
      BOOST_TEST(read(compressed + std::string(zeros, '\0')) == text);
    }
    BOOST_TEST(read(compressed + std::string(500'000, '\0') + "x") ==
               " cannot be decompressed: zeros and then other bytes follow the compressed data");
    BOOST_TEST(read(compressed + "rest").starts_with(" cannot be decompressed: "));
  }
}

BOOST_AUTO_TEST_CASE(may_begin_with_a_frame_that_is_to_be_skipped) {
  put_compressed(path, "{\"id\":1}\n", format::zstd);
  const std::string skipped = "\x50\x2A\x4D\x18\x04\x00\x00\x00size"s;
  BOOST_TEST(read(skipped + text_of(path)) == "{\"id\":1}\n");
  BOOST_TEST(read(skipped) == "");
}

BOOST_AUTO_TEST_CASE(is_refused_by_name_where_it_is_something_else) {
  BOOST_TEST(read("\xFD"
                  "7zXZ\0\0\4"s)
                 .starts_with(" is, by its first bytes, compressed with xz: decompress it first"));
  BOOST_TEST(read("BZh91AY&SY").starts_with(" is, by its first bytes, compressed with bzip2: "));
  BOOST_TEST(read("PK\3\4").starts_with(" is, by its first bytes, a zip archive or a spreadsheet: unpack it first"));
  BOOST_TEST(read("PAR1\x15").starts_with(" is, by its first bytes, a Parquet file: export the records"));
  BOOST_TEST(read("\xFF\xFE\0\0{\0\0\0"s).starts_with(" is, by its first bytes, UTF-32: convert it"));
  BOOST_TEST(
      read("events.ndjson" + std::string(244, '\0') + "ustar  \0"s).starts_with(" is, by its first bytes, a tar"));
  put_compressed(path, "{}\n", format::gzip);
  put_compressed(path, text_of(path), format::zstd);
  BOOST_TEST(read() == " is compressed twice: decompress it once first");
  csv_source csv(path);
  BOOST_TEST(outcome_of(csv) == " is compressed twice: decompress it once first");
}

BOOST_AUTO_TEST_CASE(may_come_out_of_a_descriptor_each_line_as_soon_as_it_is_there) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const auto put = [&](const std::string& text) {
    BOOST_REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<::ssize_t>(text.size()));
  };
  ndjson_source from(ends[0], "the pipe");
  put("{\"id\":1}\n{\"id\"");
  from.open(std::nullopt, {});
  BOOST_TEST(from.read()->bytes() == "{\"id\":1}\n");
  put(":2}\n");
  BOOST_TEST(from.read()->bytes() == "{\"id\":2}\n");
  ::close(ends[1]);
  BOOST_TEST(!from.read().has_value());
  from.close();
  BOOST_CHECK_THROW(from.open("5", {}), error);
  ::close(ends[0]);
}

BOOST_AUTO_TEST_SUITE_END()
