#include <boost/test/unit_test.hpp>

#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/memory_sink.hpp"
#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "ingest/transforms/compress_transform.hpp"
#include "ingest/transforms/filter_transform.hpp"
#include "ingest/transforms/key_transform.hpp"
#include "ingest/transforms/line_transform.hpp"
#include "ingest/transforms/map_transform.hpp"
#include "ingest/transforms/rate_limit_transform.hpp"
#include "ingest/transforms/sha256_transform.hpp"
#include "ingest/transforms/tee_transform.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;
using std::chrono::milliseconds;

namespace {

struct stream {
  memory_sink to;

  stream_result run(std::vector<std::string> batches, std::shared_ptr<transform> t, stop_signal stop = {}) {
    memory_source from(std::move(batches));
    to = memory_sink();
    return ingest_stream(from, to, {.transforms = {std::move(t)}, .stop = std::move(stop)});
  }
};

/// A clock that moves only while somebody waits.
struct waiting_time {
  timing::clock::time_point now{std::chrono::hours(1)};
  std::vector<milliseconds> waits;

  timing of_this() {
    return {[this] { return now; },
            [this](milliseconds wait, const std::stop_token& stop) {
              waits.push_back(wait);
              now += wait;
              return !stop.stop_requested();
            }};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(transforms, stream)

BOOST_AUTO_TEST_CASE(map_batches_through_a_function) {
  const auto drop_b = std::make_shared<map_transform>(
      [](batch b) { return b.bytes() == "b" ? std::nullopt : std::optional(std::move(b)); }, calls::parallel);
  BOOST_TEST(drop_b->parallel());
  BOOST_TEST(run({"a", "b", "c"}, drop_b).ok());
  BOOST_TEST(to.text() == "ac");
}

BOOST_AUTO_TEST_CASE(filter_lines_and_count_those_that_stay) {
  const auto t = std::make_shared<filter_transform>([](std::string_view line) { return line != "b"; });
  BOOST_TEST(run({"a\nb\nc\n", "b\n", "b"}, t).records == 2u);
  BOOST_TEST(to.text() == "a\nc\n");
  BOOST_TEST(to.batches().back().position == "3");
}

BOOST_AUTO_TEST_CASE(cut_lines_wherever_blocks_end) {
  const std::string text = "one\n\ntwo\nthree\nfour";
  for (std::size_t length = 1; length <= text.size(); ++length) {
    std::vector<std::string> blocks;
    for (std::size_t at = 0; at < text.size(); at += length) {
      blocks.push_back(text.substr(at, length));
    }
    const auto result = run(blocks, std::make_shared<line_transform>());
    BOOST_TEST(result.records == 5u);
    BOOST_TEST(to.text() == text + "\n");
    for (const batch& b : to.batches()) {
      BOOST_TEST(b.bytes().ends_with('\n'));
    }
  }
}

BOOST_AUTO_TEST_CASE(carry_no_position_while_they_hold_a_line_back) {
  BOOST_TEST(run({"a\n", "b\nc", "\n"}, std::make_shared<line_transform>()).ok());
  BOOST_TEST(to.batches().at(0).position == "1");
  BOOST_TEST(to.batches().at(1).position == "");
  BOOST_TEST(to.batches().at(2).position == "3");
}

BOOST_AUTO_TEST_CASE(refuse_a_line_that_is_too_long) {
  const auto result = run({"123", "456"}, std::make_shared<line_transform>(5));
  BOOST_TEST((result.failure->code() == errc::bad_data));
}

BOOST_AUTO_TEST_CASE(hash_what_passes) {
  // The digests of FIPS 180's examples, by the National Institute of Standards and Technology.
  const auto t = std::make_shared<sha256_transform>();
  BOOST_TEST(t->hex_digest() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(run({"a", "bc"}, t).ok());
  BOOST_TEST(t->hex_digest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(to.text() == "abc");
}

BOOST_AUTO_TEST_CASE(compress_each_batch_by_itself) {
  const scratch_dir dir;
  for (const auto f : {compress_transform::format::gzip, compress_transform::format::zstd}) {
    const std::vector<std::string> lines{std::string(100'000, '1') + "\n", "2\n", "", "3\n"};
    const auto result = run(lines, std::make_shared<compress_transform>(f));
    BOOST_TEST(result.records == 4u);
    BOOST_TEST(result.position == "4");
    BOOST_TEST(result.bytes < 1000u);
    put_text(dir / "compressed", to.text());
    ndjson_source from(dir / "compressed");
    memory_sink decompressed;
    BOOST_TEST(ingest_stream(from, decompressed).ok());
    BOOST_TEST((decompressed.text() == lines[0] + lines[1] + lines[3]));
  }
  BOOST_CHECK_THROW(compress_transform(compress_transform::format::gzip, 10), error);
}

BOOST_AUTO_TEST_CASE(make_rows_of_lines_of_json) {
  const auto rows = std::make_shared<key_transform>("/session/id");
  BOOST_TEST(rows->parallel());
  const auto r =
      run({"{\"session\":{\"id\":\"a\\tb\"}}\r\n\n{\"session\":{\"id\":7}}\n", "\xEF\xBB\xBF{\"session\":1}"}, rows);
  BOOST_TEST(r.ok());
  BOOST_TEST(r.records == 3);
  BOOST_TEST(to.text() == "a\\tb\t{\"session\":{\"id\":\"a\\tb\"}}\n7\t{\"session\":{\"id\":7}}\n\t{\"session\":1}\n");
}

BOOST_AUTO_TEST_CASE(make_rows_without_id_of_empty_ids_where_those_are_none) {
  BOOST_TEST(run({"{\"id\":\"\"}\n"}, std::make_shared<key_transform>("/id", empty_id::is_none)).ok());
  BOOST_TEST(to.text() == "\t{\"id\":\"\"}\n");
  BOOST_TEST(run({"{\"id\":\"\"}\n"}, std::make_shared<key_transform>()).ok());
  BOOST_TEST(to.text() == "\"\"\t{\"id\":\"\"}\n");
}

BOOST_AUTO_TEST_CASE(make_marked_rows_of_what_is_no_json_and_rows_without_id_of_what_is_too_deep) {
  const std::string deep = std::string(600, '[') + std::string(600, ']');
  const auto rows = std::make_shared<key_transform>();
  BOOST_TEST(run({"{\"id\":1\n{\"id\":2} x\n" + deep + "\n\\.\n"}, rows).ok());
  BOOST_TEST(
      to.text() ==
      "\t{\\\"id\\\":1\tthe line is no JSON: see its byte 8\n\t{\\\"id\\\":2} x\tthe line is no JSON: see its byte 10\n"
      "\t" +
          deep + "\n\t\\\\.\tthe line is no JSON: see its byte 1\n");
}

BOOST_AUTO_TEST_CASE(keep_the_position_behind_rows_also_where_no_line_is_left) {
  batch blank;
  blank.data = std::make_shared<const std::string>("\n \n");
  blank.position = "3";
  const auto b = key_transform().apply(blank);
  BOOST_REQUIRE(b);
  BOOST_TEST(b->records == 0);
  BOOST_TEST(b->position == "3");
  BOOST_CHECK_EXCEPTION(key_transform("id"), error,
                        [](const error& e) { return std::string(e.what()).starts_with("`id_pointer`: "); });
}

BOOST_AUTO_TEST_CASE(limit_bytes_a_second) {
  waiting_time time;
  const auto t = std::make_shared<rate_limit_transform>(
      rate_limit_transform::options{.bytes_per_second = 10, .time = time.of_this()});
  BOOST_TEST(run({"12345", "1", "1234567890", "1"}, t).ok());
  BOOST_TEST((time.waits == std::vector{milliseconds(500), milliseconds(100), milliseconds(1000)}));
}

BOOST_AUTO_TEST_CASE(limit_records_a_second_and_the_tighter_limit_counts) {
  waiting_time time;
  const auto t = std::make_shared<rate_limit_transform>(
      rate_limit_transform::options{.bytes_per_second = 100, .records_per_second = 4, .time = time.of_this()});
  BOOST_TEST(run({"1", "1", std::string(100, '1'), "1"}, t).ok());
  BOOST_TEST((time.waits == std::vector{milliseconds(250), milliseconds(250), milliseconds(1000)}));
  BOOST_CHECK_THROW(rate_limit_transform({.bytes_per_second = 0}), error);
}

BOOST_AUTO_TEST_CASE(do_not_save_up_time_in_which_nothing_came) {
  waiting_time time;
  rate_limit_transform t({.records_per_second = 1, .time = time.of_this()});
  batch b;
  b.records = 1;
  t.apply(b);
  time.now += std::chrono::hours(1);
  t.apply(b);
  BOOST_TEST(time.waits.empty());
  t.apply(b);
  BOOST_TEST((time.waits == std::vector{milliseconds(1000)}));
}

BOOST_AUTO_TEST_CASE(end_waiting_for_a_rate_when_stopped) {
  stop_switch stop;
  rate_limit_transform::options options{.records_per_second = 1, .time = {}};
  options.time.wait = [&](milliseconds, const std::stop_token& token) {
    stop.request("enough");
    return !token.stop_requested();
  };
  const auto result = run({"1", "2"}, std::make_shared<rate_limit_transform>(options), stop.signal());
  BOOST_TEST((result.status == stream_status::aborted));
  BOOST_TEST(result.failure->what() == std::string("enough"));
}

BOOST_AUTO_TEST_CASE(tee_what_passes_to_a_function) {
  std::string seen;
  BOOST_TEST(run({"a", "b"}, std::make_shared<tee_transform>([&](const batch& b) { seen += b.bytes(); })).ok());
  BOOST_TEST(seen == "ab");
  BOOST_TEST(to.text() == "ab");
}

BOOST_AUTO_TEST_SUITE_END()
