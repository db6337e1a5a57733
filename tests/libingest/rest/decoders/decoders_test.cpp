// Documents made of bodies that are not JSON, or not JSON alone.
#define BOOST_TEST_MODULE decoders
#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "rest/decoders/csv_decoder.hpp"
#include "rest/decoders/gzip_decoder.hpp"
#include "rest/decoders/json_decoder.hpp"
#include "rest/decoders/line_decoders.hpp"

namespace {

using namespace ingest::rest;

std::string decoded(const decoder& by, std::string_view body) {
  std::string all;
  by.decode(body, [&](const value& document) { all += document.to_json() + "\n"; });
  return all;
}

std::string packed(const std::string& text) {
  z_stream stream{};
  BOOST_REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(text.size() + 100, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  BOOST_REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

auto bad_data(std::string word) {
  return [word](const ingest::error& e) {
    return e.code() == ingest::errc::bad_data && std::string(e.what()).find(word) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(lines_are_documents) {
  BOOST_TEST(decoded(jsonl_decoder(), "{\"a\":1.50}\n\n [1]\r\n5") == "{\"a\":1.50}\n[1]\n5\n");
  BOOST_TEST(decoded(jsonl_decoder(), "") == "");
  BOOST_TEST(decoded(jsonl_decoder(text_encoding("ISO-8859-1", "x")), "{\"a\":\"\xe9\"}") == "{\"a\":\"é\"}\n");
  BOOST_CHECK_EXCEPTION(decoded(jsonl_decoder(), "{}\n{\"a\":"), ingest::error, bad_data("line 2"));
  BOOST_CHECK_EXCEPTION(decoded(jsonl_decoder(), "\"\xe9\""), ingest::error, bad_data("UTF-8"));
}

BOOST_AUTO_TEST_CASE(lines_may_be_texts) {
  BOOST_TEST(decoded(iterable_decoder(), "a\r\nb\n\nc") ==
             "{\"record\":\"a\"}\n{\"record\":\"b\"}\n{\"record\":\"\"}\n{\"record\":\"c\"}\n");
}

BOOST_AUTO_TEST_CASE(rows_are_documents) {
  BOOST_TEST(decoded(csv_decoder({}), "\xef\xbb\xbfid,name\r\n1,\"a \"\"b\"\",\n c\"\r\n\r\n2\r\n") ==
             "{\"id\":\"1\",\"name\":\"a \\\"b\\\",\\u000a c\"}\n{\"id\":\"2\",\"name\":null}\n");
  BOOST_TEST(decoded(csv_decoder({"\\t", {}, {"", "NULL"}}), "a\tb\nNULL\t\n1\tx,y") ==
             "{\"a\":null,\"b\":null}\n{\"a\":\"1\",\"b\":\"x,y\"}\n");
  BOOST_TEST(decoded(csv_decoder({}), "") == "");
  BOOST_TEST(decoded(csv_decoder({",", text_encoding("utf_16", "x")}), std::string_view("\xff\xfe"
                                                                                        "a\0\n\0"
                                                                                        "=\xd8\x00\xde",
                                                                                        10)) == "{\"a\":\"😀\"}\n");
}

BOOST_AUTO_TEST_CASE(rows_that_cannot_be_read_are_told) {
  BOOST_CHECK_EXCEPTION(decoded(csv_decoder({}), "a,b\n1,2\n1,2,3\n"), ingest::error, bad_data("row 3"));
  BOOST_CHECK_EXCEPTION(decoded(csv_decoder({}), "a,b\n1,\"2\n"), ingest::error, bad_data("row 2"));
  for (const char* delimiter : {"", "ab", "\"", "\n"}) {
    BOOST_CHECK_THROW(csv_decoder({delimiter}), ingest::error);
  }
  BOOST_CHECK_THROW(text_encoding("klingon", "here"), ingest::error);
  for (const std::string_view odd : {std::string_view("\xff\xfe"
                                                      "a",
                                                      3),
                                     std::string_view("\xff\xfe\x00\xd8", 4)}) {
    BOOST_CHECK_THROW(decoded(csv_decoder({",", text_encoding("utf-16", "x")}), odd), ingest::error);
  }
}

BOOST_AUTO_TEST_CASE(compressed_bodies_are_those_of_another_decoder) {
  const gzip_decoder lines(std::make_shared<jsonl_decoder>());
  BOOST_TEST(decoded(lines, packed("{\"a\":1}\n") + packed("{\"a\":2}\n")) == "{\"a\":1}\n{\"a\":2}\n");
  BOOST_TEST(decoded(lines, "{\"a\":1}\n") == "{\"a\":1}\n");
  const gzip_decoder json(std::make_shared<json_decoder>());
  BOOST_TEST(decoded(json, packed("[1,2]")) == "1\n2\n");
  BOOST_TEST(!json.is_json());
}

BOOST_AUTO_TEST_CASE(compressed_bodies_that_are_damaged_or_too_large_are_told) {
  const std::string whole = packed(std::string(100000, ' ') + "{}");
  const gzip_decoder lines(std::make_shared<jsonl_decoder>(), 1000);
  BOOST_CHECK_EXCEPTION(decoded(lines, whole), ingest::error, bad_data("more than 1000 bytes"));
  const gzip_decoder wide(std::make_shared<jsonl_decoder>());
  BOOST_CHECK_EXCEPTION(decoded(wide, whole.substr(0, whole.size() / 2)), ingest::error, bad_data("unpacked"));
}
