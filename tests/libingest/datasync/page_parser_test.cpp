#include "datasync/page_parser.hpp"

#include <rapidjson/reader.h>

#include <boost/test/unit_test.hpp>
#include <random>

#include "ingest/error.hpp"

using ingest::errc;
using ingest::make_page_parser;
using ingest::page_parser_options;
using ingest::parsed_page;

namespace {

struct outcome {
  parsed_page page;
  std::string rows;
};

outcome parse(std::string_view body, const page_parser_options& options = {}) {
  outcome o;
  o.page = make_page_parser(options)->parse(body, ingest::keyed_encoder(), o.rows);
  return o;
}

std::string page_of(const std::string& event) {
  return "{\"data\":[" + event + "],\"hasMore\":false}";
}

/// The key in the line of an event.
std::string id_of(const std::string& event, const page_parser_options& options = {}) {
  const std::string rows = parse(page_of(event), options).rows;
  return rows.substr(0, rows.find('\t'));
}

auto is(errc code, bool transient) {
  return [=](const ingest::error& e) { return e.code() == code && e.transient() == transient; };
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

constexpr auto served =
    R"({"data":[{"id":"a","timestamp":1769541612369},{"id":"b","timestamp":"2026-01-27T19:19:13.629Z"}],
 "pagination":{"limit":5000,"hasMore":true,"nextCursor":"abc=","cursorExpiresIn":116},
 "meta":{"total":3000000,"returned":2,"requestId":"x"}})";

}  // namespace

BOOST_AUTO_TEST_SUITE(pages)

BOOST_AUTO_TEST_CASE(are_read_in_the_shape_that_is_served) {
  const outcome o = parse(served);
  BOOST_TEST(o.page.rows == 2u);
  BOOST_TEST(o.page.has_more);
  BOOST_TEST(o.page.next_cursor.value() == "abc=");
  BOOST_TEST(o.page.cursor_expires_in_s.value() == 116);
  BOOST_TEST(o.page.total.value() == 3'000'000u);
  BOOST_TEST(o.page.last_timestamp_ms.value() == 1'769'541'553'629);
  BOOST_TEST(
      o.rows ==
      "a\t{\"id\":\"a\",\"timestamp\":1769541612369}\nb\t{\"id\":\"b\",\"timestamp\":\"2026-01-27T19:19:13.629Z\"}\n");
}

BOOST_AUTO_TEST_CASE(are_read_in_the_shape_that_is_documented) {
  const outcome o = parse(R"({"data":[{"id":1}],"hasMore":true,"nextCursor":"c"})");
  BOOST_TEST(o.page.has_more);
  BOOST_TEST(o.page.next_cursor.value() == "c");
  BOOST_TEST(o.rows == "1\t{\"id\":1}\n");
  BOOST_TEST(!o.page.total.has_value());
}

BOOST_AUTO_TEST_CASE(may_have_their_members_in_any_order_and_unknown_ones) {
  const outcome o =
      parse(R"({"x":[{"data":[1]}],"pagination":{"nextCursor":null,"y":{},"hasMore":false},"data":[],"z":null})");
  BOOST_TEST(o.page.rows == 0u);
  BOOST_TEST(!o.page.has_more);
  BOOST_TEST(!o.page.next_cursor.has_value());
}

BOOST_AUTO_TEST_CASE(without_has_more_have_more_if_there_is_a_cursor) {
  BOOST_TEST(parse(R"({"data":[],"nextCursor":"c"})").page.has_more);
  BOOST_TEST(!parse(R"({"data":[],"nextCursor":""})").page.has_more);
  BOOST_TEST(!parse(R"({"data":[]})").page.has_more);
}

BOOST_AUTO_TEST_CASE(hand_on_the_raw_bytes_of_events) {
  const std::string event =
      R"({ "big":123456789012345678901234567890 , "e":1e400,"s":"\u00e9\ud83d\ude00\/","id":"x" })";
  const std::string rows = parse(page_of(event)).rows;
  BOOST_TEST(rows ==
             "x\t{ \"big\":123456789012345678901234567890 , "
             "\"e\":1e400,\"s\":\"\\u00e9\\ud83d\\ude00\\/\",\"id\":\"x\" }\n");
}

BOOST_AUTO_TEST_CASE(have_single_events_refused_that_are_no_json_where_that_is_tolerated) {
  const outcome o =
      parse(page_of("{\"id\":1},{\"id\":2,\"x\":\"a\tb\"},{\"id\":3,\"y\":-NaN},{\"id\":4}"), {.tolerant = true});
  BOOST_TEST(o.page.rows == 4u);
  BOOST_TEST(o.rows ==
             "1\t{\"id\":1}\n"
             "\t{\\\"id\\\":2,\\\"x\\\":\\\"a\\tb\\\"}\tthe event is no JSON: a byte 0x09 has no place at its byte 14\n"
             "\t{\\\"id\\\":3,\\\"y\\\":-NaN}\tthe event is no JSON: a N has no place at its byte 13\n"
             "4\t{\"id\":4}\n");
  const outcome outside = parse("{\"meta\":{\"note\":\"a\tb\",\"ms\":NaN},\"data\":[{\"id\":1}]}", {.tolerant = true});
  BOOST_TEST(outside.rows == "1\t{\"id\":1}\n", "what stands beside the events spoils none");
}

BOOST_AUTO_TEST_CASE(have_ids_that_are_strings_or_numbers_and_no_others) {
  BOOST_TEST(id_of(R"({"id":"a\u00e9\ud83d\ude00\"b"})") == "a\xc3\xa9\xf0\x9f\x98\x80\\\"b");
  BOOST_TEST(id_of(R"({"id":12345678901234567890123})") == "12345678901234567890123");
  BOOST_TEST(id_of(R"({"id":""})") == "\"\"");
  for (const auto* event :
       {R"({"id":null})", R"({"id":true})", R"({"id":{}})", R"({"id":["a"]})", R"({})", "7", R"("id")", "[]"}) {
    BOOST_TEST(id_of(event) == "", event);
  }
}

BOOST_AUTO_TEST_CASE(find_ids_where_the_pointer_says) {
  BOOST_TEST(id_of(R"({"id":"no","a":{"b":[0,{"c/d":"yes"}]}})", {.id_pointer = "/a/b/1/c~1d"}) == "yes");
  BOOST_TEST(id_of(R"({"\u0069d":"yes"})") == "yes");
  BOOST_TEST(id_of(R"({"x":{"id":"no"}})") == "");
  BOOST_TEST(id_of(R"({"k":"2026-01-27"})", {.id_pointer = "/k", .timestamp_pointer = "/k"}) == "2026-01-27");
}

BOOST_AUTO_TEST_CASE(take_the_last_of_two_equal_keys_as_jsonb_does) {
  BOOST_TEST(id_of(R"({"id":"a","id":"b"})") == "b");
  BOOST_TEST(id_of(R"({"id":"a","id":null})") == "");
  BOOST_TEST(id_of(R"({"a":{"b":"x"},"a":{}})", {.id_pointer = "/a/b"}) == "");
}

BOOST_AUTO_TEST_CASE(keep_the_time_of_the_last_event_that_has_one) {
  const auto last = [](const std::string& events) { return parse(page_of(events)).page.last_timestamp_ms; };
  BOOST_TEST(last(R"({"timestamp":5},{"timestamp":"soon"},{"timestamp":null},{})").value() == 5);
  BOOST_TEST(last(R"({"timestamp":5.9})").value() == 5);
  BOOST_TEST(last(R"({"timestamp":1.5e3})").value() == 1500);
  BOOST_TEST(!last(R"({"timestamp":1e300},{"timestamp":123456789012345678901234567890})").has_value());
}

BOOST_AUTO_TEST_CASE(tell_the_order_of_their_events_and_which_stand_at_their_ends) {
  const auto page = [](const std::string& events) { return parse(page_of(events)).page; };
  const auto ordered = page(R"({"id":"a\n","timestamp":9},{"id":"b","timestamp":9},{"id":7,"timestamp":"1970-01-01"})");
  BOOST_TEST(ordered.newest_first);
  BOOST_TEST(ordered.first_id == "a\n");
  BOOST_TEST(ordered.last_id == "7");
  BOOST_TEST(ordered.first_timestamp_ms.value() == 9);
  BOOST_TEST(ordered.middle_timestamp_ms.value() == 9);
  BOOST_TEST(!page(R"({"timestamp":8},{"timestamp":9})").newest_first);
  BOOST_TEST(!page(R"({"timestamp":9},{"timestamp":"soon"},{"timestamp":8})").newest_first);
  BOOST_TEST(page(R"({"id":"a"},{})").last_id.empty());
  BOOST_TEST(!page("").middle_timestamp_ms.has_value());
}

BOOST_AUTO_TEST_CASE(let_odd_strings_through_so_that_only_their_events_are_refused) {
  BOOST_TEST(parse(page_of(R"({"id":"a","s":"\ud800"},{"id":"b","s":"\u0000"})")).page.rows == 2u);
  BOOST_TEST(parse(page_of("{\"id\":\"a\",\"s\":\"\xff\xfe\"}")).page.rows == 1u);
  BOOST_TEST(id_of(R"({"id":"\ud800x"})") == "\xed\xa0\x80x");
}

BOOST_AUTO_TEST_CASE(that_are_cut_short_anywhere_are_transient_failures_and_leave_no_rows) {
  const std::string whole = served;
  const auto parser = make_page_parser();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string rows = "kept";
    BOOST_CHECK_EXCEPTION(parser->parse(whole.substr(0, size), ingest::keyed_encoder(), rows), ingest::error,
                          is(errc::unavailable, true));
    BOOST_REQUIRE(rows == "kept");
  }
}

BOOST_AUTO_TEST_CASE(that_are_something_else_are_transient_failures) {
  for (const auto* body :
       {"<html>502</html>", "[]", "null", "{}", R"({"error":"x"})", R"({"data":null})", R"({"data":{}})",
        R"({"data":[]} x)", R"({"data":[],"hasMore":"yes"})", R"({"data":[{"a":01}]})", R"({"data":[{"a":1,}]})",
        R"({"data":[{'a':1}]})", R"({"data":[{"a":"\x"}]})"}) {
    BOOST_CHECK_EXCEPTION(parse(body), ingest::error, is(errc::unavailable, true));
  }
  BOOST_CHECK_EXCEPTION(parse("{\"data\":[{\"a\":\"raw\nbreak\"}]}"), ingest::error, is(errc::unavailable, true));
}

BOOST_AUTO_TEST_CASE(hand_on_events_however_deeply_they_are_nested) {
  for (const std::size_t depth : {std::size_t{600}, std::size_t{1'000'000}}) {
    std::string objects;
    for (std::size_t i = 0; i < depth; ++i) {
      objects += "{\"a\":";
    }
    objects += "1" + std::string(depth, '}');
    const std::string deep = R"({"id":"deep","x":)" + nested(depth) + "}";
    BOOST_TEST(parse(page_of("{}," + objects + "," + nested(depth))).page.rows == 3u);
    BOOST_TEST((parse(page_of(deep)).rows == "deep\t" + deep + "\n"));
  }
}

BOOST_AUTO_TEST_CASE(do_not_show_their_contents_in_messages) {
  BOOST_CHECK_EXCEPTION(parse(R"({"data":[{"secret":"4711"}x)"), ingest::error, [](const ingest::error& e) {
    return std::string(e.what()).find("4711") == std::string::npos &&
           std::string(e.what()).find("byte 26 of 27") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(refuse_pointers_that_are_none_by_the_name_of_their_setting) {
  BOOST_CHECK_EXCEPTION(make_page_parser({.id_pointer = "id"}), ingest::error, [](const ingest::error& e) {
    return e.code() == errc::config && std::string(e.what()).starts_with("`id_pointer`");
  });
}

BOOST_AUTO_TEST_CASE(are_accepted_and_refused_as_another_parser_does) {
  std::mt19937 random(1);
  const std::string seed =
      R"({"data":[{"id":"a1","n":[-1.5e+3,0,10,true,false,null],"o":{"k":"\u00e9\n"}},{}],"hasMore":false})";
  constexpr std::string_view alphabet = "{}[]\",:.\\-+eE0123456789utrfaln \n\t";
  int accepted = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string body = seed;
    for (auto changes = 1 + random() % 2; changes > 0; --changes) {
      const auto at = 9 + random() % (body.size() - 9);
      if (random() % 2 == 0) {
        body[at] = alphabet[random() % alphabet.size()];
      } else {
        body.erase(at, 1);
      }
    }
    rapidjson::Reader reader;
    rapidjson::BaseReaderHandler<> ignore;
    rapidjson::StringStream stream(body.c_str());
    const auto verdict = reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, ignore).Code();
    if (verdict == rapidjson::kParseErrorNumberTooBig) {
      continue;  // its own limit, which it applies although it keeps numbers as text
    }
    const bool valid = verdict == rapidjson::kParseErrorNone;
    std::string why;
    try {
      parse(body);
    } catch (const ingest::error& e) {
      why = e.what();
    }
    BOOST_REQUIRE_MESSAGE((why.find("no JSON") == std::string::npos) == valid, body << ": " << why);
    accepted += valid ? 1 : 0;
  }
  BOOST_TEST(accepted > 1000);
}

BOOST_AUTO_TEST_SUITE_END()
