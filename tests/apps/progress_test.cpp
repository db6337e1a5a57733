#include <boost/test/unit_test.hpp>

#include "ingest/log.hpp"
#include "progress_display.hpp"
#include "progress_meter.hpp"
#include "support/stderr_capture.hpp"

using namespace std::chrono_literals;
using ingest::app::progress_display;
using ingest::app::progress_figures;
using ingest::app::progress_meter;
using ingest::app::progress_sample;
using ingest::testing::stderr_capture;

namespace {

progress_sample sample(std::chrono::milliseconds at, std::uint64_t rows, std::uint64_t total = 0) {
  progress_sample s;
  s.elapsed = at;
  s.rows_fetched = 2 * rows;
  s.rows_durable = rows;
  s.rows_loaded = rows;
  s.total_expected = total;
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(progress_of_a_run)

BOOST_AUTO_TEST_CASE(tells_rates_since_the_start_at_first) {
  progress_meter meter(progress_meter::goal::loaded, 0);
  const auto f = meter.update(sample(2s, 1000));
  BOOST_TEST(f.fetch_rate == 1000.0);
  BOOST_TEST(f.load_rate == 500.0);
  BOOST_TEST(!f.percent.has_value());
  BOOST_TEST(!f.left.has_value());
}

BOOST_AUTO_TEST_CASE(forgets_what_is_older_than_the_window) {
  progress_meter meter(progress_meter::goal::loaded, 0, 10s);
  for (int second = 1; second <= 100; ++second) {
    meter.update(sample(std::chrono::seconds(second), 1000));
  }
  BOOST_TEST(meter.update(sample(101s, 1000)).load_rate == 0.0);
  BOOST_TEST(meter.update(sample(102s, 2000)).load_rate == 100.0);
}

BOOST_AUTO_TEST_CASE(tells_the_time_left_from_the_goal_of_the_command) {
  progress_sample s = sample(10s, 1000, 10'000);
  s.rows_loaded = 400;
  s.rows_skipped = 100;
  progress_meter loading(progress_meter::goal::loaded, 0);
  const auto loaded = loading.update(s);
  BOOST_TEST(loaded.percent.value() == 5.0);
  BOOST_TEST(loaded.left->count() == 190);
  progress_meter fetching(progress_meter::goal::durable, 0);
  const auto durable = fetching.update(s);
  BOOST_TEST(durable.percent.value() == 10.0);
  BOOST_TEST(durable.left->count() == 90);
}

BOOST_AUTO_TEST_CASE(counts_what_earlier_processes_have_done) {
  progress_meter meter(progress_meter::goal::loaded, 5000);
  const auto f = meter.update(sample(10s, 1000, 10'000));
  BOOST_TEST(f.percent.value() == 60.0);
  BOOST_TEST(f.left->count() == 40);
}

BOOST_AUTO_TEST_CASE(stands_at_the_end_when_more_came_than_expected_and_never_divides_by_nothing) {
  progress_meter meter(progress_meter::goal::loaded, 0);
  BOOST_TEST(meter.update(sample(0s, 0, 10)).load_rate == 0.0);
  const auto f = meter.update(sample(0s, 20, 10));
  BOOST_TEST(f.percent.value() == 100.0);
  BOOST_TEST(f.left->count() == 0);
}

BOOST_AUTO_TEST_CASE(fits_into_the_terminal) {
  progress_figures f;
  f.now = sample(1s, 1'234'567);
  f.now.retries = 3;
  f.now.restarts = 1;
  f.load_rate = 99'960;
  f.percent = 99.9;
  f.left = 3661s;
  BOOST_TEST(
      progress_line(f, 1000) ==
      " 99 %  fetched 2.47 M (0/s)  durable 1.23 M  loaded 1.23 M (100 k/s)  left 1:01:01  retries 3  restarts 1");
  BOOST_TEST(progress_line(f, 20).size() == 20u);
}

BOOST_AUTO_TEST_CASE(is_logged_at_each_interval_where_there_is_no_terminal) {
  const stderr_capture captured;
  const auto metrics = std::make_shared<ingest::metrics>();
  metrics->rows_loaded = 42;
  {
    const progress_display display(metrics, {.interval = 5ms});
    BOOST_TEST(captured.wait_for("\"event\":\"progress\""));
  }
  BOOST_TEST(captured.text().find("\"rows_loaded\":42") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(is_one_line_on_a_terminal_that_goes_away) {
  const stderr_capture captured;
  const auto metrics = std::make_shared<ingest::metrics>();
  metrics->rows_loaded = 42;
  {
    const progress_display display(metrics, {.terminal = true});
    BOOST_TEST(captured.wait_for("loaded 42"));
  }
  BOOST_TEST(captured.text().ends_with("\r\x1b[K"));
  BOOST_TEST(captured.text().find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(stops_at_once_in_the_middle_of_an_interval) {
  const auto begin = std::chrono::steady_clock::now();
  { const progress_display display(std::make_shared<ingest::metrics>(), {.interval = 1h}); }
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s));
}

BOOST_AUTO_TEST_SUITE_END()
