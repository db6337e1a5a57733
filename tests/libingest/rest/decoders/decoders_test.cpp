// Documents made of bodies that are not JSON, or not JSON alone.
#define BOOST_TEST_MODULE decoders
#include <zip.h>
#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "rest/decoders/csv_decoder.hpp"
#include "rest/decoders/gzip_decoder.hpp"
#include "rest/decoders/json_decoder.hpp"
#include "rest/decoders/line_decoders.hpp"
#include "rest/decoders/xml_decoder.hpp"
#include "rest/decoders/zip_decoder.hpp"

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

struct member {
  std::string name;
  std::string content;
  bool encrypted = false;
};

/// A ZIP archive.
std::string archive_of(const std::vector<member>& members) {
  zip_error_t why;
  zip_source_t* const source = zip_source_buffer_create(nullptr, 0, 0, &why);
  BOOST_REQUIRE(source != nullptr);
  zip_t* const archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &why);
  BOOST_REQUIRE(archive != nullptr);
  for (const member& m : members) {
    if (m.name.ends_with('/')) {
      BOOST_REQUIRE(zip_dir_add(archive, m.name.c_str(), 0) >= 0);
      continue;
    }
    const auto index =
        zip_file_add(archive, m.name.c_str(), zip_source_buffer(archive, m.content.data(), m.content.size(), 0), 0);
    BOOST_REQUIRE(index >= 0);
    if (m.encrypted) {
      BOOST_REQUIRE(zip_file_set_encryption(archive, static_cast<zip_uint64_t>(index), ZIP_EM_AES_256, "secret") == 0);
    }
  }
  zip_source_keep(source);
  BOOST_REQUIRE(zip_close(archive) == 0);
  BOOST_REQUIRE(zip_source_open(source) == 0);
  zip_source_seek(source, 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(zip_source_tell(source)), '\0');
  zip_source_seek(source, 0, SEEK_SET);
  BOOST_REQUIRE(zip_source_read(source, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size()));
  zip_source_close(source);
  zip_source_free(source);
  return bytes;
}

/// A body that comes in pieces of a size.
class in_pieces final : public byte_stream {
 public:
  in_pieces(std::string body, std::size_t size) : body_(std::move(body)), size_(size) {}
  std::string_view next() override {
    piece_ = body_.substr(std::min(at_, body_.size()), size_);
    at_ += piece_.size();
    return piece_;
  }

 private:
  std::string body_;
  std::size_t size_;
  std::size_t at_ = 0;
  std::string piece_;
};

std::string decoded(const decoder& by, std::unique_ptr<byte_stream> body, const decoding_limits& most = {}) {
  std::string all;
  const auto documents = by.documents(std::move(body), most);
  while (const auto document = documents->next()) {
    all += document->to_json() + "\n";
  }
  return all;
}

constexpr std::size_t plenty = std::size_t{1} << 20;

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

BOOST_AUTO_TEST_SUITE(what_is_no_table)

BOOST_AUTO_TEST_CASE(pages_and_errors_are_no_rows) {
  const auto failing = [](const std::string& words) {
    return [=](const ingest::error& e) {
      return e.code() == ingest::errc::bad_data && e.transient() &&
             std::string(e.what()).find(words) != std::string::npos;
    };
  };
  for (const char* const body : {"<html><body>please log in</body></html>", "\n <!DOCTYPE html>\n<html>\n<p>a,b\n",
                                 "<?xml version=\"1.0\"?>\n<e/>"}) {
    BOOST_CHECK_EXCEPTION(decoded(csv_decoder({}), body), ingest::error, failing("but a page"));
  }
  BOOST_CHECK_EXCEPTION(decoded(iterable_decoder(), "<html>\n</html>"), ingest::error, failing("but a page"));
  BOOST_CHECK_EXCEPTION(decoded(csv_decoder({}), R"({"error":"report not ready"})"), ingest::error,
                        failing("report not ready"));
  BOOST_CHECK_EXCEPTION(decoded(csv_decoder({}), "{\n \"errors\": [\n  \"late\"\n ]\n}\n"), ingest::error,
                        failing("late"));
  BOOST_CHECK_EXCEPTION(decoded(csv_decoder({}), R"({"message":"slow down","code":7})"), ingest::error,
                        failing("slow down"));
  BOOST_TEST(decoded(csv_decoder({}), "{}") == "", "an API's way of saying that there is nothing");
  BOOST_TEST(decoded(csv_decoder({}), "{id},<b>\n1,2\n") == "{\"{id}\":\"1\",\"<b>\":\"2\"}\n");
}

BOOST_AUTO_TEST_CASE(columns_of_one_name_lose_nothing) {
  BOOST_CHECK_EXCEPTION(decoded(csv_decoder({}), "id,v,v\n1,a,a\n2,a,b\n"), ingest::error, [](const ingest::error& e) {
    return e.exit_code() == 65 && std::string(e.what()).find("\"v\", and row 3") != std::string::npos;
  });
  BOOST_CHECK_THROW(decoded(csv_decoder({}), "id,v,v\n1,a\n"), ingest::error);
  BOOST_TEST(decoded(csv_decoder({}), "id,v,v\n1,a,a\n2,,b\n3,,\n") == R"({"id":"1","v":"a"})"
                                                                       "\n"
                                                                       R"({"id":"2","v":"b"})"
                                                                       "\n"
                                                                       R"({"id":"3","v":""})"
                                                                       "\n");
  BOOST_TEST(decoded(csv_decoder({}), "id,,\n1,,\n") == "{\"id\":\"1\",\"\":\"\"}\n");
}

BOOST_AUTO_TEST_CASE(a_last_line_that_is_an_error_is_no_record) {
  const jsonl_decoder lines;
  const auto broken_off = [](const ingest::error& e) {
    return e.code() == ingest::errc::bad_data && e.transient() &&
           std::string(e.what()).find("is no record but an error: cut") != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(decoded(lines, R"({"error":"cut"})"), ingest::error, broken_off);
  BOOST_CHECK_EXCEPTION(decoded(lines, "{\"id\":1}\n{\"id\":2}\n{\"error\":\"cut\",\"code\":5}\n\n"), ingest::error,
                        broken_off);
  const std::string in_the_middle = "{\"id\":1}\n{\"error\":\"cut\"}\n{\"id\":2}\n";
  BOOST_TEST(decoded(lines, in_the_middle) == in_the_middle);
  const std::string of_errors = "{\"id\":1,\"error\":\"a\"}\n{\"error\":\"cut\"}\n";
  BOOST_TEST(decoded(lines, of_errors) == of_errors, "records that speak of errors");
  const std::string of_one = "{\"id\":1,\"error\":\"a\"}\n";
  BOOST_TEST(decoded(lines, of_one) == of_one);
  BOOST_TEST(decoded(lines, "{\"error\":null}\n") == "{\"error\":null}\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(compressed_bodies_are_those_of_another_decoder) {
  const gzip_decoder lines(std::make_shared<jsonl_decoder>(), plenty);
  BOOST_TEST(decoded(lines, packed("{\"a\":1}\n") + packed("{\"a\":2}\n")) == "{\"a\":1}\n{\"a\":2}\n");
  BOOST_TEST(decoded(lines, "{\"a\":1}\n") == "{\"a\":1}\n");
  const gzip_decoder json(std::make_shared<json_decoder>(), plenty);
  BOOST_TEST(decoded(json, packed("[1,2]")) == "1\n2\n");
  BOOST_TEST(!json.is_json());
}

BOOST_AUTO_TEST_CASE(compressed_bodies_that_are_damaged_or_too_large_are_told) {
  const std::string whole = packed(std::string(100000, ' ') + "{}");
  const gzip_decoder lines(std::make_shared<jsonl_decoder>(), 1000);
  BOOST_CHECK_EXCEPTION(decoded(lines, whole), ingest::error, bad_data("more than 1000 bytes"));
  const gzip_decoder wide(std::make_shared<jsonl_decoder>(), plenty);
  BOOST_CHECK_EXCEPTION(decoded(wide, whole.substr(0, whole.size() / 2)), ingest::error, bad_data("unpacked"));
}

BOOST_AUTO_TEST_CASE(a_body_is_read_the_same_in_pieces_of_any_size) {
  const std::string rows = "\xef\xbb\xbfid,näme\r\n1,\"a \"\"b\"\",\n c\"\r\n\r\n2,€\r\n3";
  const std::string lines = "{\"a\":\"😀\"}\n\n [1]\r\n5";
  const std::string sixteen(
      "\xff\xfe"
      "a\0\n\0=\xd8\x00\xde\n\0",
      12);
  const jsonl_decoder by_line;
  const csv_decoder by_row({});
  const csv_decoder by_wide_row({",", text_encoding("utf-16", "x")});
  const iterable_decoder texts;
  const gzip_decoder packed_lines(std::make_shared<jsonl_decoder>(), plenty);
  const json_decoder json;
  for (std::size_t size = 1; size < 20; ++size) {
    BOOST_TEST_INFO("pieces of " << size);
    const auto in = [size](const std::string& body) { return std::make_unique<in_pieces>(body, size); };
    BOOST_TEST(decoded(by_row, in(rows)) == decoded(by_row, rows));
    BOOST_TEST(decoded(by_line, in(lines)) == decoded(by_line, lines));
    BOOST_TEST(decoded(by_wide_row, in(sixteen)) == "{\"a\":\"😀\"}\n");
    BOOST_TEST(decoded(texts, in("a\r\nb\rc\n\nd")) == decoded(texts, "a\r\nb\rc\n\nd"));
    BOOST_TEST(decoded(packed_lines, in(packed(lines))) == decoded(by_line, lines));
    BOOST_TEST(decoded(packed_lines, in(lines)) == decoded(by_line, lines));
    BOOST_TEST(decoded(json, in("[1,{\"a\":null},null]")) == "1\n{\"a\":null}\nnull\n");
    BOOST_CHECK_EXCEPTION(decoded(by_line, in("\"\xe9")), ingest::error, bad_data("UTF-8"));
  }
  BOOST_TEST(decoded(json, "null") == "{}\n");
  BOOST_TEST(decoded(json, " []") == "{}\n");
  BOOST_CHECK_EXCEPTION(decoded(json, "[1,"), ingest::error, bad_data("cut short, at byte 3 of 3"));
}

BOOST_AUTO_TEST_CASE(what_is_read_in_pieces_may_be_larger_than_what_is_held_of_it) {
  std::string lines;
  for (int i = 0; i < 20'000; ++i) {
    lines += "{\"a\":" + std::to_string(i) + "}\n";
  }
  const gzip_decoder by(std::make_shared<jsonl_decoder>(), 1000);
  const auto all = decoded(by, std::make_unique<whole_body>(packed(lines)), {1000, decoding_limits::none});
  BOOST_TEST(all == lines);
  const std::string long_line = "{\"a\":\"" + std::string(2000, 'x') + "\"}\n";
  BOOST_CHECK_EXCEPTION(decoded(by, std::make_unique<in_pieces>(long_line, 100), {1000, decoding_limits::none}),
                        ingest::error, bad_data("a record of the answer has more than 1000 bytes (`max_body_bytes`)"));
  const gzip_decoder json(std::make_shared<json_decoder>(), 1000);
  BOOST_CHECK_EXCEPTION(decoded(json, packed("[" + std::string(2000, ' ') + "]")), ingest::error,
                        bad_data("more than 1000 bytes"));
}

// As xmltodict 1.0 has it, with which these were compared.
BOOST_AUTO_TEST_CASE(elements_are_members) {
  const xml_decoder xml;
  BOOST_TEST(decoded(xml, "<?xml version='1.0'?><r><i id='1' x:k='v'> t\n </i><i/><i>3</i><one>1 &lt; 2</one></r>") ==
             R"({"r":{"i":[{"@id":"1","@x:k":"v","#text":"t"},null,"3"],"one":"1 < 2"}})"
             "\n");
  BOOST_TEST(decoded(xml, "<a><b>1</b>mixed <c/> text<b><d/></b></a>") ==
             R"({"a":{"b":["1",{"d":null}],"c":null,"#text":"mixed  text"}})"
             "\n");
  BOOST_TEST(decoded(xml, "<a xmlns:n='u'><!-- no --><n:b><![CDATA[<x> ]]></n:b></a>") ==
             R"({"a":{"@xmlns:n":"u","n:b":"<x>"}})"
             "\n");
  BOOST_TEST(decoded(xml, "<a/>") == "{\"a\":null}\n");
  BOOST_TEST(decoded(xml, "<a b='c'/>") == "{\"a\":{\"@b\":\"c\"}}\n");
  BOOST_TEST(decoded(xml, "<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9</a>") == "{\"a\":\"é\"}\n");
  BOOST_TEST(decoded(xml, "") == "{}\n");
  BOOST_TEST(xml.shows_response());
}

BOOST_AUTO_TEST_CASE(documents_that_are_no_xml_or_would_grow_without_bounds_are_told) {
  const xml_decoder xml;
  BOOST_CHECK_EXCEPTION(decoded(xml, "<a><b></a>"), ingest::error, bad_data("line 1, column"));
  BOOST_CHECK_EXCEPTION(decoded(xml, "<a>\n<b>1"), ingest::error, bad_data("cut short"));
  BOOST_CHECK_EXCEPTION(decoded(xml, "{\"a\":1}"), ingest::error, bad_data("may be JSON"));
  BOOST_CHECK_EXCEPTION(decoded(xml, "<a>\xff</a>"), ingest::error, bad_data("no XML"));
  BOOST_CHECK_EXCEPTION(decoded(xml, "<!DOCTYPE a [<!ENTITY x 'lol'><!ENTITY y '&x;&x;'>]><a>&y;</a>"), ingest::error,
                        bad_data("entity of its own, \"x\""));
  BOOST_CHECK_EXCEPTION(decoded(xml, "<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;]><a/>"), ingest::error,
                        bad_data("entity"));
  BOOST_CHECK_EXCEPTION(decoded(xml, "<!DOCTYPE a SYSTEM 'http://127.0.0.1/x.dtd'><a>&unknown;</a>"), ingest::error,
                        bad_data("entity"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    deep += "<a>";
  }
  BOOST_CHECK_EXCEPTION(decoded(xml, deep), ingest::error, bad_data("deep"));
}

BOOST_AUTO_TEST_CASE(members_of_archives_are_bodies) {
  const zip_decoder lines(std::make_shared<gzip_decoder>(std::make_shared<jsonl_decoder>(), plenty), plenty);
  const std::string archive =
      archive_of({{"b/", ""}, {"b/2.gz", packed("{\"a\":1}\n{\"a\":2}")}, {"1.json", "{\"a\":3}\n"}, {"none", ""}});
  BOOST_TEST(decoded(lines, archive) == "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
  BOOST_TEST(decoded(lines, std::make_unique<in_pieces>(archive, 7)) == "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
  const zip_decoder rows(std::make_shared<csv_decoder>(csv_decoder_options{}), plenty);
  BOOST_TEST(decoded(rows, archive_of({{"x.csv", "\xef\xbb\xbfid\n1\n"}, {"y.csv", "name\nn\n"}})) ==
             "{\"id\":\"1\"}\n{\"name\":\"n\"}\n");
  BOOST_TEST(decoded(lines, std::string("PK\5\6") + std::string(18, '\0')) == "");
  BOOST_TEST(lines.shows_response());
}

BOOST_AUTO_TEST_CASE(archives_that_are_damaged_encrypted_or_too_large_are_told) {
  const zip_decoder lines(std::make_shared<jsonl_decoder>(), 1000);
  BOOST_CHECK_EXCEPTION(decoded(lines, "{\"error\":1}"), ingest::error, bad_data("no ZIP archive; if"));
  BOOST_CHECK_EXCEPTION(decoded(lines, ""), ingest::error, bad_data("no ZIP archive"));
  const std::string whole = archive_of({{"a.json", "{\"a\":\"0123456789abcdefghijklmnopqrstuvwxyz\"}"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    BOOST_CHECK_EXCEPTION(decoded(lines, whole.substr(0, size)), ingest::error, bad_data("ZIP archive"));
  }
  std::string damaged = whole;
  BOOST_REQUIRE(whole.find("012345") != std::string::npos);
  damaged[whole.find("012345")] = 'X';
  BOOST_CHECK_EXCEPTION(decoded(lines, damaged), ingest::error, bad_data("\"a.json\" of the ZIP archive is damaged"));
  BOOST_CHECK_EXCEPTION(decoded(lines, archive_of({{"a.json", "{}", true}})), ingest::error, bad_data("is encrypted"));
  BOOST_CHECK_EXCEPTION(decoded(lines, archive_of({{"a", "{}\n"}, {"b", std::string(100'000, ' ')}})), ingest::error,
                        bad_data("more than 1000 bytes (`max_body_bytes`)"));
  BOOST_CHECK_EXCEPTION(decoded(lines, archive_of({{"a.json", "{}\n{"}})), ingest::error, bad_data("member a.json"));
}
