#include "buffer/run_state.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <sstream>

#include "support/sample_pages.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

run_state sample_state() {
  run_state s;
  s.identity = sample_run();
  s.command = "run";
  s.status = run_status::aborted;
  s.error = "the API said \"no\"\n";
  s.rows_fetched = 1;
  s.rows_durable = 2;
  s.rows_loaded = 3;
  s.rows_rejected = 4;
  s.duplicates_skipped = 5;
  s.bytes_buffered = 6;
  s.total_expected = std::uint64_t{1} << 63;
  s.restarts = 7;
  s.last_segment = 9;
  s.slices_left_out = 10;
  s.rows_left_out = 11;
  s.slices = {{0, 8, "eyJpZCI6MX0=", false, 40}, {{"invoices", "2026-01"}, 7, "", true, 20}};
  page_set loaded;
  loaded.insert(1, 4);
  loaded.insert(7);
  s.loaded.insert(0, loaded);
  s.replaces_ledger = true;
  s.started_at = "2026-01-27T19:19:13.629Z";
  s.updated_at = "2026-01-27T19:20:00.000Z";
  return s;
}

/// Compares by the text, which holds every member.
bool same(const run_state& a, const run_state& b) {
  return to_json(a) == to_json(b);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run_state_as_json)

BOOST_AUTO_TEST_CASE(comes_back_as_it_was) {
  const run_state s = parse_run_state(to_json(sample_state()));
  const run_state expected = sample_state();
  BOOST_TEST((s.identity == expected.identity));
  BOOST_TEST(s.command == "run");
  BOOST_TEST((s.status == run_status::aborted));
  BOOST_TEST(s.error == expected.error);
  BOOST_TEST(s.total_expected == expected.total_expected);
  BOOST_TEST((s.loaded == expected.loaded));
  BOOST_TEST((s.slices == expected.slices));
  BOOST_TEST(s.replaces_ledger);
  BOOST_TEST(same(s, expected));
}

BOOST_AUTO_TEST_CASE(is_laid_out_for_people) {
  const std::string text = to_json(sample_state());
  BOOST_TEST(text.starts_with("{\n  \"version\": 2,\n  \"pipeline\": \"events\",\n"));
  BOOST_TEST(text.find("\"loaded_pages\": [[1, 4], [7, 7]]") != std::string::npos);
  BOOST_TEST(text.find("\"cursor\": \"eyJpZCI6MX0=\"") != std::string::npos);
  BOOST_TEST(text.ends_with("}\n"));
}

BOOST_AUTO_TEST_CASE(keeps_positions_of_any_bytes) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
  }
  const std::string zero("a\0b", 3);
  for (const std::string& position :
       {all, zero, std::string("\xC3"), std::string("\xED\xA0\x80"), std::string("é\n\"\\")}) {
    run_state s = sample_state();
    s.slices[0].position = position;
    BOOST_TEST(parse_run_state(to_json(s)).slices[0].position == position);
  }
}

BOOST_AUTO_TEST_CASE(shows_a_position_that_is_no_text_in_hexadecimal) {
  run_state s = sample_state();
  s.slices[0].position = "\xFFz";
  const std::string text = to_json(s);
  BOOST_TEST(text.find("\"hex\": \"ff7a\"") != std::string::npos);
  BOOST_CHECK_THROW(parse_run_state(replaced(text, "ff7a", "ff7")), error);
  BOOST_CHECK_THROW(parse_run_state(replaced(text, "ff7a", "ff7g")), error);
}

BOOST_AUTO_TEST_CASE(knows_every_status) {
  for (const auto status : {run_status::running, run_status::complete, run_status::interrupted, run_status::aborted}) {
    run_state s;
    s.status = status;
    BOOST_TEST((parse_run_state(to_json(s)).status == status));
  }
}

BOOST_AUTO_TEST_CASE(is_refused_when_cut_off_at_any_byte) {
  const std::string text = to_json(sample_state());
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    BOOST_CHECK_EXCEPTION(parse_run_state(std::string_view(text).substr(0, size)), error,
                          [](const error& e) { return e.code() == errc::bad_data; });
  }
}

BOOST_AUTO_TEST_CASE(is_refused_with_the_name_of_what_is_wrong) {
  const std::string text = to_json(sample_state());
  const std::vector<std::array<std::string, 3>> changes = {
      {"\"version\": 2", "\"version\": 1", "version 1"},
      {"\"rows_loaded\"", "\"rows_looted\"", "rows_loaded"},
      {"\"rows_loaded\": 3", "\"rows_loaded\": -3", "rows_loaded"},
      {"\"rows_loaded\": 3", "\"rows_loaded\": 3.5", "rows_loaded"},
      {"\"aborted\"", "\"resting\"", "resting"},
      {"[[1, 4]", "[[4, 1]", "loaded_pages"},
      {"[[1, 4]", "[[0, 4]", "loaded_pages"},
      {"[[1, 4]", "[[1, 18446744073709551615]", "loaded_pages"},
      {"[[1, 4]", "[5", "loaded_pages"},
      {"\"slice\": \"2026-01\"", "\"slice\": 3", "slice"},
      {"\"stream\": \"invoices\"", "\"stream\": null", "stream"},
      {"\"pages\": 7", "\"pages\": \"7\"", "pages"},
      {"\"done\": true", "\"done\": 1", "done"},
      {"\"plan\": \"one slice\"", "\"plan\": 1", "plan"}};
  for (const auto& [from, to, named] : changes) {
    const std::string changed = replaced(text, from, to);
    const auto names_it = [&wanted = named](const error& e) {
      return e.code() == errc::bad_data && std::string(e.what()).find(wanted) != std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(parse_run_state(changed), error, names_it);
  }
  BOOST_CHECK_THROW(parse_run_state("[]"), error);
}

BOOST_AUTO_TEST_CASE(does_not_exhaust_the_stack_on_deep_nesting) {
  BOOST_CHECK_THROW(parse_run_state("{\"version\":" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}"),
                    error);
}

BOOST_AUTO_TEST_CASE(writes_times_as_rfc_3339_with_milliseconds) {
  const std::string text = timestamp_now();
  BOOST_REQUIRE(text.size() == 24u);
  BOOST_TEST(text[10] == 'T');
  BOOST_TEST(text[19] == '.');
  BOOST_TEST(text[23] == 'Z');
  std::tm utc{};
  std::istringstream(text) >> std::get_time(&utc, "%Y-%m-%dT%H:%M:%S");
  BOOST_TEST(std::abs(std::difftime(::timegm(&utc), std::time(nullptr))) <= 5);
}

BOOST_AUTO_TEST_SUITE_END()
