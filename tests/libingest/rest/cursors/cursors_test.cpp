// Cursors: windows as the CDK makes them, what is admitted, and what the watermark becomes.
#define BOOST_TEST_MODULE cursors
#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "libingest/rest/cursors/cdk_windows.hpp"
#include "rest/cursors/count_cursor.hpp"
#include "rest/cursors/datetime_cursor.hpp"

namespace {

using namespace ingest::rest;
using std::chrono::sys_days;

std::shared_ptr<const variables> config() {
  auto known = std::make_shared<variables>();
  known->set("config", value::from_json(R"({"start": "2024-01-01", "days": 30})"));
  return known;
}

interpolation text(std::string content) {
  return interpolation(std::move(content), "the cursor, line 7");
}

std::optional<interpolation> text_unless_empty(const char* content) {
  return *content == '\0' ? std::nullopt : std::optional(text(content));
}

datetime_cursor_options options(const std::string& start, const std::string& end, const std::string& format) {
  datetime_cursor_options made{text("updated"), {text(start)}};
  made.end_datetime = min_max_datetime{text(end)};
  made.datetime_format = format;
  made.where = "the cursor, line 7";
  return made;
}

datetime_cursor made(datetime_cursor_options of) {
  return {std::move(of), config(), [] { return sys_days(std::chrono::year(2024) / 6 / 1); }};
}

using windows_list = std::vector<std::pair<std::string, std::string>>;

windows_list windows_of(const cursor& of, const std::optional<std::string>& watermark,
                        const std::string& start = "start_time", const std::string& end = "end_time") {
  windows_list all;
  const auto sequence = of.windows(watermark);
  while (const auto window = sequence->next()) {
    all.emplace_back(window->find(start)->to_text(), window->find(end)->to_text());
  }
  return all;
}

std::string shown(const windows_list& windows) {
  std::string all;
  for (const auto& [start, end] : windows) {
    all += start + " to " + end + "; ";
  }
  return all;
}

bool is_config(const ingest::error& fault) {
  return fault.code() == ingest::errc::config;
}

void observe(record_watch& watch, std::string_view json) {
  const value content = value::from_json(json);
  watch.observe(&content);
}

bool admits(const record_watch& watch, std::string_view json) {
  const value content = value::from_json(json);
  return watch.admits(&content);
}

}  // namespace

BOOST_AUTO_TEST_CASE(windows_are_those_of_the_cdk) {
  for (const facts::windows_made& fact : facts::windows) {
    if (std::string_view(fact.clamping) == "DAY") {
      continue;  // its windows leave out the day behind each of them
    }
    auto of = options(fact.start, fact.end, fact.format);
    of.step = text_unless_empty(fact.step);
    of.lookback_window = text_unless_empty(fact.lookback);
    of.clamping_target = text_unless_empty(fact.clamping);
    if (*fact.granularity != '\0') {
      of.cursor_granularity = fact.granularity;
    }
    if (*fact.weekday != '\0') {
      of.clamping_weekday = fact.weekday;
    }
    const bool fresh = *fact.watermark == '\0';
    const auto windows = windows_of(made(of), fresh ? std::nullopt : std::optional<std::string>(fact.watermark));
    BOOST_TEST(shown(windows) == shown(fact.windows),
               fact.format << " " << fact.start << " " << fact.end << " " << fact.step << " " << fact.clamping);
  }
}

BOOST_AUTO_TEST_CASE(whole_days_follow_each_other) {
  auto of = options("2024-01-10T05:00:00Z", "2024-01-13T07:00:00Z", "%Y-%m-%dT%H:%M:%SZ");
  of.step = text("P1D");
  of.cursor_granularity = "PT1S";
  of.clamping_target = text("DAY");
  BOOST_TEST(shown(windows_of(made(of), {})) ==
             "2024-01-11T00:00:00Z to 2024-01-11T23:59:59Z; 2024-01-12T00:00:00Z to 2024-01-12T23:59:59Z; ");
  auto days = options("2024-08-01", "2024-08-05", "%Y-%m-%d");
  days.step = text("P1D");
  days.cursor_granularity = "P1D";
  days.clamping_target = text("DAY");
  BOOST_TEST(shown(windows_of(made(days), {})) ==
             "2024-08-01 to 2024-08-01; 2024-08-02 to 2024-08-02; 2024-08-03 to 2024-08-04; ");
}

BOOST_AUTO_TEST_CASE(without_an_end_windows_reach_to_the_present) {
  auto of = options("2024-05-01", "", "%Y-%m-%d");
  of.end_datetime.reset();
  BOOST_TEST(shown(windows_of(made(of), {})) == "2024-05-01 to 2024-06-01; ");
}

BOOST_AUTO_TEST_CASE(bounds_come_from_templates_and_stay_within_their_own) {
  auto of = options("{{ config.start }}", "2024-03-01", "%s");
  of.start_datetime.datetime_format = "%Y-%m-%d";
  of.start_datetime.min_datetime = text("2024-02-01");
  of.end_datetime->datetime_format = "%Y-%m-%d";
  of.end_datetime->max_datetime = text("2024-02-15");
  of.step = text("P{{ config.days }}D");
  of.cursor_granularity = "PT1S";
  of.partition_field_start = text("from");
  of.partition_field_end = text("to");
  BOOST_TEST(shown(windows_of(made(of), {}, "from", "to")) == "1706745600 to 1707955200; ");
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_sense_are_refused) {
  auto no_granularity = options("2024-01-01", "2024-02-01", "%Y-%m-%d");
  no_granularity.step = text("P1D");
  BOOST_CHECK_EXCEPTION(made(no_granularity), ingest::error, is_config);
  BOOST_CHECK_EXCEPTION(made(options("yesterday", "2024-02-01", "%Y-%m-%d")), ingest::error, is_config);
  auto odd_week = options("2024-01-01", "2024-02-01", "%Y-%m-%d");
  odd_week.clamping_target = text("WEEK");
  BOOST_CHECK_EXCEPTION(made(odd_week), ingest::error, is_config);
}

BOOST_AUTO_TEST_CASE(a_watermark_in_another_format_is_told) {
  const auto of = made(options("2024-01-01", "2024-02-01", "%Y-%m-%d"));
  BOOST_CHECK_EXCEPTION(of.windows("1700000000"), ingest::error, [](const ingest::error& e) {
    return e.code() == ingest::errc::bad_data && std::string(e.what()).find("1700000000") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(the_watermark_is_the_highest_value_that_was_seen) {
  auto of = options("2024-01-01", "2024-02-01", "%Y-%m-%d");
  of.cursor_datetime_formats = {"%Y-%m-%dT%H:%M:%SZ", "%s"};
  const auto cursor = made(of);
  const auto watch = cursor.watch(std::nullopt);
  observe(*watch, R"("2024-01-10T08:00:00Z")");
  observe(*watch, "1704844800");
  observe(*watch, R"("no date")");
  const value window = value::from_json(R"({"start_time":"2024-01-01","end_time":"2024-01-31"})");
  BOOST_TEST(cursor.watermark(std::nullopt, window, watch->observed()).value() == "2024-01-10T08:00:00.000000+0000");
  BOOST_TEST(cursor.watermark("2024-01-20", window, watch->observed()).value() == "2024-01-20T00:00:00.000000+0000");
}

BOOST_AUTO_TEST_CASE(nothing_seen_leaves_the_watermark_where_it_was) {
  const auto cursor = made(options("2024-01-01", "2024-02-01", "%Y-%m-%d"));
  const value window = value::from_json(R"({"start_time":"2024-01-01","end_time":"2024-01-31"})");
  BOOST_TEST(!cursor.watermark(std::nullopt, window, value()));
  BOOST_TEST(cursor.watermark("2024-01-05", window, value()).value() == "2024-01-05T00:00:00.000000+0000");
}

BOOST_AUTO_TEST_CASE(a_record_of_the_future_leads_the_watermark_past_nothing) {
  const auto cursor = made(options("2024-01-01", "2024-02-01", "%Y-%m-%d"));
  const auto watch = cursor.watch(std::nullopt);
  observe(*watch, R"("2099-01-01")");
  const value window = value::from_json(R"({"start_time":"2024-01-01","end_time":"2024-01-31"})");
  BOOST_TEST(cursor.watermark(std::nullopt, window, watch->observed()).value() == "2024-01-31T00:00:00.000000+0000");
}

BOOST_AUTO_TEST_CASE(what_was_seen_survives_a_stop) {
  auto of = options("2024-01-01", "2024-02-01", "%Y-%m-%dT%H:%M:%S.%f%z");
  of.start_datetime.datetime_format = "%Y-%m-%d";
  of.end_datetime->datetime_format = "%Y-%m-%d";
  const auto cursor = made(of);
  const auto before = cursor.watch(std::nullopt);
  observe(*before, R"("2024-01-10T08:00:00.123456-0530")");
  const auto after = cursor.watch(std::nullopt);
  after->resume(value::from_json(before->observed().to_json()));
  BOOST_TEST(after->observed().to_json() == before->observed().to_json());
  BOOST_TEST(cursor.watermark(std::nullopt, value::dict_of({}), after->observed()).value() ==
             "2024-01-10T13:30:00.123456+0000");
}

BOOST_AUTO_TEST_CASE(records_outside_of_the_sync_are_not_admitted) {
  auto of = options("2024-01-01", "2024-02-01", "%Y-%m-%d");
  of.is_client_side_incremental = true;
  const auto cursor = made(of);
  BOOST_TEST((cursor.filter() == cursor_filter::early));
  const auto watch = cursor.watch("2024-01-10");
  BOOST_TEST(admits(*watch, R"("2024-01-10")"));
  BOOST_TEST(!admits(*watch, R"("2024-01-09")"));
  BOOST_TEST(admits(*watch, R"("2024-02-01")"));
  BOOST_TEST(!admits(*watch, R"("2024-02-02")"));
  // The CDK takes what has no date for new.
  BOOST_TEST(admits(*watch, R"("soon")"));
  BOOST_TEST(watch->admits(nullptr));
}

BOOST_AUTO_TEST_CASE(bounds_are_put_into_requests) {
  auto of = options("2024-01-01", "2024-02-01", "%Y-%m-%d");
  of.start_time_option = request_option(request_option::target::request_parameter, {text("since")});
  of.end_time_option = request_option(request_option::target::body_json, {text("filter"), text("until")});
  request_options to;
  made(of).inject(to, value::from_json(R"({"id":1,"start_time":"2024-01-01","end_time":"2024-01-31"})"), *config());
  BOOST_TEST(value::dict_of(to.parameters).to_json() == R"({"since":"2024-01-01"})");
  BOOST_TEST(value::dict_of(to.body_json).to_json() == R"({"filter":{"until":"2024-01-31"}})");
}

BOOST_AUTO_TEST_CASE(a_watermark_is_no_later_than_the_present) {
  const auto cursor = made(options("2024-01-01", "2099-12-31", "%Y-%m-%d"));
  const auto watch = cursor.watch(std::nullopt);
  observe(*watch, R"("2099-01-01")");
  const value window = value::from_json(R"({"start_time":"2024-01-01","end_time":"2099-12-31"})");
  BOOST_TEST(cursor.watermark(std::nullopt, window, watch->observed()).value() == "2024-06-01T00:00:00.000000+0000");
}

BOOST_AUTO_TEST_CASE(a_watermark_is_exact_and_windows_are_as_exact_as_the_format_that_is_sent) {
  auto of = options("2024-01-01", "2024-01-12", "%Y-%m-%d");
  of.step = text("P1D");
  of.cursor_granularity = "P1D";
  BOOST_TEST(shown(windows_of(made(of), "2024-01-10T10:13:00.000000+0000")) ==
             "2024-01-10 to 2024-01-10; 2024-01-11 to 2024-01-12; ");
}

BOOST_AUTO_TEST_CASE(records_that_come_late_are_admitted_as_far_as_is_looked_back) {
  auto of = options("2024-01-01", "2024-02-01", "%Y-%m-%d");
  of.lookback_window = text("P3D");
  const auto watch = made(of).watch("2024-01-20");
  const value late = value::text_of("2024-01-18");
  const value later = value::text_of("2024-01-16");
  BOOST_TEST(watch->admits(&late));
  BOOST_TEST(!watch->admits(&later));
}

BOOST_AUTO_TEST_CASE(a_count_goes_on_where_it_was) {
  const count_cursor cursor({text("id"), text("5"), {}, "the cursor"}, *config());
  const auto first = cursor.windows(std::nullopt)->next();
  BOOST_TEST(first->to_json() == R"({"start":5})");
  const auto windows = cursor.windows("12");
  BOOST_TEST(windows->next()->to_json() == R"({"start":12})");
  BOOST_TEST(!windows->next());
  const auto watch = cursor.watch("12");
  observe(*watch, "40");
  observe(*watch, R"("41")");
  observe(*watch, R"("x")");
  BOOST_TEST(cursor.watermark("12", *first, watch->observed()).value() == "41");
  BOOST_TEST(cursor.watermark("12", *first, value()).value() == "12");
  BOOST_TEST(!cursor.watermark(std::nullopt, *first, value()));
  BOOST_CHECK_THROW(cursor.windows("2024-01-01"), ingest::error);
}
