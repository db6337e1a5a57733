#include "ingest/ingest_stream.hpp"

#include <boost/test/unit_test.hpp>

#include "ingest/sinks/memory_sink.hpp"
#include "ingest/sources/memory_source.hpp"

using namespace ingest;

namespace {

struct stream {
  memory_source from{{"1", "22", "333"}};
  memory_sink to;

  /// Runs with `limits`, and returns the message of the failure.
  std::string failure_with(const stream_limits& limits) {
    const auto result = ingest_stream(from, to, {.limits = limits});
    BOOST_REQUIRE(result.failure.has_value());
    return std::string(name_of(result.failure->code())) + ": " + result.failure->what();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ingest_streams, stream)

BOOST_AUTO_TEST_CASE(pass_when_they_are_exactly_at_their_limits) {
  const auto result = ingest_stream(from, to, {.limits = {.batch_bytes = 3, .bytes = 6, .records = 3}});
  BOOST_TEST(result.ok());
  BOOST_TEST(to.text() == "122333");
}

BOOST_AUTO_TEST_CASE(fail_beyond_a_limit_and_say_which) {
  BOOST_TEST(failure_with({.batch_bytes = 2}) ==
             "bad_data: the stream holds a batch of too many bytes, more than its limit of 2; raise the limit if that "
             "is meant to be");
  BOOST_TEST(failure_with({.bytes = 5}).starts_with("bad_data: the stream holds too many bytes, more than"));
  BOOST_TEST(failure_with({.records = 2}).starts_with("bad_data: the stream holds too many records, more than"));
}

BOOST_AUTO_TEST_CASE(refuse_options_that_make_no_sense) {
  BOOST_TEST(failure_with({.bytes = 0}) ==
             "config: a limit of the stream is 0, so that nothing could pass: leave it out if none is wanted");
  BOOST_TEST(*complaint_about({.transforms = {nullptr}}) == "transform 1 of the stream is null: hand over an object");
}

BOOST_AUTO_TEST_CASE(take_a_plain_stop_token_as_well) {
  std::stop_source stop;
  stop.request_stop();
  const auto result = ingest_stream(from, to, {.stop = stop.get_token()});
  BOOST_TEST((result.status == stream_status::aborted));
  BOOST_TEST(result.failure->what() == std::string("stop requested"));
}

BOOST_AUTO_TEST_CASE(tell_where_to_go_on) {
  const auto first = ingest_stream(from, to, {.limits = {.records = 2}});
  BOOST_TEST(first.position == "2");
  const auto second = ingest_stream(from, to, {.position = first.position});
  BOOST_TEST(second.ok());
  BOOST_TEST(to.text() == "333");
}

BOOST_AUTO_TEST_SUITE_END()
