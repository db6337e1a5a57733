#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "processes/airbyte_messages.hpp"
#include "processes/discovery.hpp"
#include "processes/process_position.hpp"
#include "processes/singer_messages.hpp"
#include "processes/source_catalog.hpp"
#include "support/stderr_capture.hpp"

using namespace ingest;
using namespace ingest::processes;
using namespace ingest::testing;

namespace {

using kind = message::kind;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

auto fails_with(errc code, const std::string& part) {
  return [code, part](const error& e) { return e.code() == code && has(e.what(), part); };
}

singer_messages users_of_singer() {
  return {"tap-x", {"users", "db-users"}, {"id"}, "/id"};
}

airbyte_messages users_of_airbyte(std::function<void(std::string_view)> renewed = nullptr) {
  return {"source-x", "users", "", "/id", std::move(renewed)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages_of_a_singer_tap)

BOOST_AUTO_TEST_CASE(are_records_byte_for_byte_with_their_key) {
  auto in = users_of_singer();
  std::string scratch;
  const auto m = in.read(
      R"({"record": {"name":"é\u0041", "id" : 12345678901234567890.10, "x":[1, 2]}, "stream": "users", "type": "RECORD", "version": 7})");
  BOOST_TEST((m.what == kind::record));
  BOOST_TEST(m.record == R"({"name":"é\u0041", "id" : 12345678901234567890.10, "x":[1, 2]})");
  BOOST_TEST(m.key.text(scratch).value() == "12345678901234567890.10");
  BOOST_TEST(m.version.value() == 7);
  BOOST_TEST((in.read(R"({"type":"RECORD","stream":"db-users","record":{"id":1}})").what == kind::record));
}

BOOST_AUTO_TEST_CASE(of_other_streams_are_passed_over_and_counted) {
  auto in = users_of_singer();
  BOOST_TEST((in.read(R"({"type":"RECORD","stream":"orders","record":{"id":1}})").what == kind::nothing));
  BOOST_TEST(has(in.passed_over(), "1 records of stream orders"));
}

BOOST_AUTO_TEST_CASE(are_states_as_they_came) {
  auto in = users_of_singer();
  const auto m = in.read(R"({"type":"STATE","value":{"bookmarks":{"users":{"n":1.50}}}})");
  BOOST_TEST((m.what == kind::state));
  BOOST_TEST(m.state == R"({"bookmarks":{"users":{"n":1.50}}})");
  BOOST_TEST((in.read(R"({"type":"STATE","value":null})").what == kind::nothing));
  BOOST_CHECK_EXCEPTION(in.read(R"({"type":"STATE","value":[1]})"), error, fails_with(errc::bad_data, "STATE"));
}

BOOST_AUTO_TEST_CASE(tell_of_a_key_that_is_not_the_one_of_the_catalog) {
  auto in = users_of_singer();
  in.read(R"({"type":"SCHEMA","stream":"users","schema":{},"key_properties":["id"]})");
  in.read(R"({"type":"SCHEMA","stream":"orders","schema":{},"key_properties":["no"]})");
  BOOST_CHECK_EXCEPTION(in.read(R"({"type":"SCHEMA","stream":"users","schema":{},"key_properties":["id","v"]})"), error,
                        fails_with(errc::config, "its key is id, v"));
}

BOOST_AUTO_TEST_CASE(that_are_none_are_refused_where_a_record_could_be_lost_and_else_passed_over) {
  auto in = users_of_singer();
  {
    const stderr_capture log;
    BOOST_TEST((in.read("INFO: fetching page 3").what == kind::nothing));
    BOOST_TEST((in.read("").what == kind::nothing));
    BOOST_TEST(has(log.text(), "fetching page 3"));
  }
  BOOST_TEST(has(in.passed_over(), "1 lines that are no messages"));
  for (const char* const torn :
       {R"({"type":"RECORD","stream":"us)", R"(Loading...{"type":"RECORD","stream":"users","record":{"id":1}})",
        R"({"type":"RECORD","stream":"users","record":{"id":1}}{"type":"STATE","value":{}})", R"({"id":1})", "{}",
        R"({"type":3})", R"([{"type":"RECORD"}])"}) {
    BOOST_CHECK_EXCEPTION(in.read(torn), error, fails_with(errc::bad_data, "no message"));
  }
  BOOST_CHECK_EXCEPTION(in.read(R"({"type":"BATCH","stream":"users"})"), error, fails_with(errc::bad_data, "BATCH"));
  BOOST_CHECK_EXCEPTION(in.read(R"({"type":"NEW"})"), error, fails_with(errc::bad_data, "NEW"));
}

BOOST_AUTO_TEST_CASE(with_records_that_are_no_json_or_no_objects_are_refused_one_by_one) {
  auto in = users_of_singer();
  for (const char* const odd :
       {R"({"type":"RECORD","stream":"users","record":{"id":1,"x":NaN}})", R"({"type":"RECORD","stream":"users"})",
        R"({"type":"RECORD","stream":"users","record":[1]})"}) {
    const auto m = in.read(odd);
    BOOST_TEST((m.what == kind::refused));
    BOOST_TEST(m.record == odd);
  }
  BOOST_CHECK_EXCEPTION(in.read(R"({"type":"STATE","value":{"x":NaN}})"), error, fails_with(errc::bad_data, "STATE"));
}

BOOST_AUTO_TEST_CASE(nest_as_deeply_as_they_like) {
  auto in = users_of_singer();
  const std::string deep(100'000, '[');
  BOOST_TEST(
      (in.read(R"({"type":"RECORD","stream":"users","record":{"id":1,"x":)" + deep + std::string(100'000, ']') + "}}")
           .what == kind::record));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(messages_of_an_airbyte_source)

BOOST_AUTO_TEST_CASE(are_records_of_the_stream_in_its_namespace) {
  auto in = users_of_airbyte();
  std::string scratch;
  const auto m = in.read(R"({"type":"RECORD","record":{"stream":"users","data":{"id":"a","n": 1.0},"emitted_at":1}})");
  BOOST_TEST((m.what == kind::record));
  BOOST_TEST(m.record == R"({"id":"a","n": 1.0})");
  BOOST_TEST(m.key.text(scratch).value() == "a");
  BOOST_TEST((in.read(R"({"type":"RECORD","record":{"stream":"users","namespace":"b","data":{"id":"a"}}})").what ==
              kind::nothing));
  BOOST_TEST(has(in.passed_over(), "1 records of stream users"));
}

BOOST_AUTO_TEST_CASE(are_states_of_all_three_kinds_in_the_form_that_sources_take) {
  auto in = users_of_airbyte();
  BOOST_TEST(in.read(R"({"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},)"
                     R"("stream_state":{"c":1}}}})")
                 .state ==
             R"([{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{"c":1}}}])");
  BOOST_TEST(
      (in.read(R"({"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"orders"}}}})").what ==
       kind::nothing));
  BOOST_TEST(in.read(R"({"type":"STATE","state":{"type":"GLOBAL","global":{"shared_state":{"lsn":5}}}})").state ==
             R"([{"type":"GLOBAL","global":{"shared_state":{"lsn":5}}}])");
  BOOST_TEST(in.read(R"({"type":"STATE","state":{"data":{"users":{"c":1}}}})").state == R"({"users":{"c":1}})");
  BOOST_CHECK_EXCEPTION(in.read(R"({"type":"STATE","state":{"type":"STREAM"}})"), error,
                        fails_with(errc::bad_data, "STATE"));
}

BOOST_AUTO_TEST_CASE(whose_counts_say_that_records_were_lost_are_believed) {
  auto in = users_of_airbyte();
  const std::string state =
      R"({"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},)"
      R"("stream_state":{}},"sourceStats":{"recordCount":2.0}}})";
  const std::string record = R"({"type":"RECORD","record":{"stream":"users","data":{"id":1}}})";
  in.read(record);
  in.read(record);
  BOOST_TEST((in.read(state).what == kind::state));
  in.read(record);
  BOOST_CHECK_EXCEPTION(in.read(state), error, fails_with(errc::bad_data, "and 1 have come"));
}

BOOST_AUTO_TEST_CASE(of_failures_are_failures) {
  auto in = users_of_airbyte();
  BOOST_CHECK_EXCEPTION(
      in.read(
          R"({"type":"TRACE","trace":{"type":"ERROR","error":{"message":"bad key","failure_type":"config_error"}}})"),
      error, fails_with(errc::config, "bad key"));
  BOOST_CHECK_EXCEPTION(in.read(R"({"type":"TRACE","trace":{"type":"ERROR","error":{"message":"down"}}})"), error,
                        fails_with(errc::unavailable, "down"));
  const std::string status = R"({"type":"TRACE","trace":{"type":"STREAM_STATUS","stream_status":{"stream_descriptor":)";
  in.read(status + R"({"name":"orders"},"status":"INCOMPLETE"}}})");
  in.check_end();
  in.read(status + R"({"name":"users"},"status":"STARTED"}}})");
  BOOST_CHECK_EXCEPTION(in.check_end(), error, fails_with(errc::unavailable, "did not say"));
  in.read(status + R"({"name":"users"},"status":"COMPLETE"}}})");
  in.check_end();
  BOOST_CHECK_EXCEPTION(in.read(status + R"({"name":"users"},"status":"INCOMPLETE"}}})"), error,
                        fails_with(errc::unavailable, "INCOMPLETE"));
}

BOOST_AUTO_TEST_CASE(tell_the_log_and_of_renewed_settings) {
  std::string config;
  auto in = users_of_airbyte([&config](std::string_view c) { config = c; });
  const stderr_capture log;
  in.read(R"({"type":"LOG","log":{"level":"WARN","message":"slow\ndown"}})");
  BOOST_TEST(has(log.text(), "\"level\":\"warning\""));
  BOOST_TEST(has(log.text(), "slow\\ndown"));
  in.read(R"({"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","connectorConfig":{"config":{"t":"new"}}}})");
  BOOST_TEST(config == R"({"t":"new"})");
  BOOST_CHECK_EXCEPTION(in.read(R"({"type":"RECORDS"})"), error, fails_with(errc::bad_data, "RECORDS"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_catalog)

BOOST_AUTO_TEST_CASE(of_a_singer_tap_tells_key_method_and_schema_and_is_handed_back_with_one_stream_selected) {
  const auto streams = read_catalog(protocol::singer, R"({"streams":[
    {"tap_stream_id":"db-users","stream":"users","schema":{"type":"object","properties":{"id":{"maximum":1e400}}},
     "metadata":[{"breadcrumb":[],"metadata":{"table-key-properties":["id","v"],"forced-replication-method":"INCREMENTAL"}},
                 {"breadcrumb":["properties","id"],"metadata":{"inclusion":"available"}},
                 {"breadcrumb":["properties","x"],"metadata":{"inclusion":"unsupported"}},
                 {"breadcrumb":["properties","y"],"metadata":{"selected":false}}]},
    {"tap_stream_id":"logs","schema":{},"replication_method":"FULL_TABLE"}]})");
  BOOST_REQUIRE(streams.size() == 2u);
  BOOST_TEST(streams[0].name == "users");
  BOOST_TEST(streams[0].message_names.back() == "db-users");
  BOOST_TEST(streams[0].key.size() == 2u);
  BOOST_TEST(streams[0].is_incremental);
  BOOST_TEST(!streams[0].is_selected);
  BOOST_TEST(streams[1].name == "logs");
  BOOST_TEST(streams[1].key.empty());
  BOOST_TEST(!streams[1].is_incremental);
  const std::string handed = catalog_selecting(protocol::singer, streams[0], true, true);
  BOOST_TEST(has(handed, R"("forced-replication-method":"INCREMENTAL","selected":true)"));
  BOOST_TEST(has(handed, R"({"inclusion":"available","selected":true})"));
  BOOST_TEST(has(handed, R"({"inclusion":"unsupported"})"));
  BOOST_TEST(has(handed, R"({"selected":false})"));
  BOOST_TEST(has(handed, "1e400"));
  BOOST_TEST(!has(handed, "logs"));
  BOOST_TEST(read_catalog(protocol::singer, handed).front().is_selected);
}

BOOST_AUTO_TEST_CASE(of_an_airbyte_source_is_made_a_configured_one) {
  const auto streams = read_catalog(protocol::airbyte, R"({"streams":[
    {"name":"users","namespace":"crm","json_schema":{"type":"object"},"supported_sync_modes":["full_refresh","incremental"],
     "source_defined_cursor":true,"default_cursor_field":["at"],"source_defined_primary_key":[["id"]]},
    {"name":"notes","json_schema":{},"supported_sync_modes":["full_refresh","incremental"]}]})");
  BOOST_REQUIRE(streams.size() == 2u);
  BOOST_TEST(streams[0].full_name() == "crm.users");
  BOOST_TEST(streams[0].is_incremental);
  BOOST_TEST(!streams[1].is_incremental, "nobody has said by which field");
  const std::string handed = catalog_selecting(protocol::airbyte, streams[0], true, true);
  BOOST_TEST(has(
      handed,
      R"("sync_mode":"incremental","destination_sync_mode":"append_dedup","cursor_field":["at"],"primary_key":[["id"]])"));
  const auto again = read_catalog(protocol::airbyte, handed);
  BOOST_TEST(again.front().is_selected);
  BOOST_TEST(again.front().is_incremental);
  BOOST_TEST(has(catalog_selecting(protocol::airbyte, streams[1], false, true), R"("sync_mode":"full_refresh")"));
}

BOOST_AUTO_TEST_CASE(that_is_none_is_refused) {
  for (const char* const text : {"", "[]", "{}", R"({"streams":{}})", R"({"streams":[{}]})", R"({"streams":[)", "x"}) {
    BOOST_CHECK_EXCEPTION(read_catalog(protocol::singer, text), error,
                          [](const error& e) { return e.code() == errc::bad_data; });
    BOOST_CHECK_THROW(read_catalog(protocol::airbyte, text), error);
  }
}

BOOST_AUTO_TEST_CASE(is_asked_for) {
  const auto discovered = [](protocol p, const std::string& script) {
    return discover_catalog({.speaks = p, .words = {"sh", "-c", script, "source"}}, {}, {});
  };
  BOOST_TEST(discovered(protocol::singer, "printf '{\"streams\":\\n[]}'") == "{\"streams\":\n[]}\n");
  BOOST_TEST(discovered(protocol::airbyte,
                        R"(echo '{"type":"LOG","log":{"level":"DEBUG","message":"m"}}'; )"
                        R"(echo '{"type":"CATALOG","catalog":{"streams":[]}}')") == R"({"streams":[]})");
  BOOST_CHECK_THROW(discovered(protocol::singer, "exit 1"), error);
  BOOST_CHECK_THROW(discovered(protocol::airbyte, "true"), error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_position_of_a_process)

BOOST_AUTO_TEST_CASE(comes_back_as_it_was_written) {
  const process_position p{R"({"a":1.50})", 12, true, spool_place{"interval_x.spool", 3, 9, true}};
  const auto q = process_position::parse(p.to_text());
  BOOST_TEST(q.to_text() == p.to_text());
  BOOST_TEST(q.state == p.state);
  BOOST_TEST(q.spool->end == 9u);
  BOOST_TEST(process_position::parse_watermark(p.watermark()).state == p.state);
  BOOST_TEST(process_position::parse(process_position().to_text()).state == "");
  for (const char* const none :
       {"", "7", "[]", "{", "{}", R"({"watermark":"7"})", R"({"watermark":"{}","spool":{"file":"x"}})",
        R"({"watermark":"{}","spool":{"file":"x","at":9,"end":3}})"}) {
    BOOST_CHECK_THROW(process_position::parse(none), error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
