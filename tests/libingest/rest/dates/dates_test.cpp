// Dates, durations and windows of time, compared with what the CDK makes of the same.
#define BOOST_TEST_MODULE dates
#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "libingest/rest/dates/cdk_dates.hpp"
#include "rest/cursors/window_bounds.hpp"
#include "rest/dates/date_format.hpp"
#include "rest/dates/duration.hpp"

namespace {

using namespace ingest::rest;

const date_format exact("%Y-%m-%dT%H:%M:%S.%f%z", "test");

moment at(std::string_view text) {
  const auto date = exact.parse(text);
  BOOST_REQUIRE_MESSAGE(date, text);
  return *date;
}

std::string moved(std::string_view from, std::string_view by) {
  const auto to = later(at(from), duration::parse(by, "test"));
  return to ? exact.print(*to) : "none";
}

bool is_config(const ingest::error& fault) {
  return fault.code() == ingest::errc::config;
}

}  // namespace

BOOST_AUTO_TEST_CASE(dates_are_read_as_the_cdk_reads_them) {
  for (const facts::date_read& fact : facts::dates_read) {
    const auto date = date_format(fact.format, "test").parse(std::string_view(fact.text));
    const std::string read = date ? exact.print(*date) : "refused";
    // The C library has no zeros in front of years before 1000; Python adds none either.
    const std::string wanted = fact.date == nullptr ? "refused" : fact.date;
    BOOST_TEST(std::string(wanted.find_first_not_of('0'), '0') + read == wanted,
               fact.text << " by " << fact.format << ": " << read << ", not " << wanted);
  }
}

BOOST_AUTO_TEST_CASE(dates_are_printed_as_the_cdk_prints_them) {
  const date_format iso("%Y-%m-%dT%H:%M:%S.%f%z", "test");
  for (const facts::date_printed& fact : facts::dates_printed) {
    const auto date = iso.parse(std::string_view(fact.date));
    BOOST_REQUIRE(date);
    // Formats that can be printed only are no formats of cursors.
    const std::string_view format = fact.format;
    if (format.find("%U") != format.npos || format.find("%-d") != format.npos || format.find("%k") != format.npos) {
      BOOST_CHECK_EXCEPTION(date_format(fact.format, "test"), ingest::error, is_config);
      continue;
    }
    const std::string text = date_format(fact.format, "test").print(*date);
    BOOST_TEST(text == fact.text, fact.date << " by " << fact.format << ": " << text << ", not " << fact.text);
  }
}

BOOST_AUTO_TEST_CASE(numbers_of_records_are_dates) {
  BOOST_TEST(exact.print(date_format("%s", "test").parse(value::number_of("1700000000.9")).value()) ==
             "2023-11-14T22:13:20.000000+0000");
  BOOST_TEST(exact.print(date_format("%s_as_float", "test").parse(value::number_of("1700000000.25")).value()) ==
             "2023-11-14T22:13:20.250000+0000");
  BOOST_TEST(exact.print(date_format("%Y%m%d", "test").parse(value::integer_of(20240131)).value()) ==
             "2024-01-31T00:00:00.000000+0000");
  BOOST_TEST(!date_format("%s", "test").parse(value::number_of("1e300")));
  BOOST_TEST(!date_format("%ms", "test").parse(value()));
  BOOST_TEST(!date_format("%ms", "test").parse(value::number_of("99999999999999999999999")));
}

BOOST_AUTO_TEST_CASE(months_are_those_of_the_calendar) {
  BOOST_TEST(moved("2024-01-31T10:00:00.0Z", "P1M") == "2024-02-29T10:00:00.000000+0000");
  BOOST_TEST(moved("2024-02-29T10:00:00.0+0300", "P1Y") == "2025-02-28T10:00:00.000000+0300");
  BOOST_TEST(moved("2024-11-30T00:00:00.0Z", "P3M1DT12H") == "2025-03-01T12:00:00.000000+0000");
  BOOST_TEST(moved("2024-03-31T00:00:00.0Z", "-P1M") == "2024-02-29T00:00:00.000000+0000");
  BOOST_TEST(moved("2024-01-01T00:00:00.0Z", "P1W") == "2024-01-08T00:00:00.000000+0000");
  BOOST_TEST(moved("2024-01-01T00:00:00.0Z", "PT0.000001S") == "2024-01-01T00:00:00.000001+0000");
  BOOST_TEST(moved("2024-01-01T00:00:00.0Z", "P0,5D") == "2024-01-01T12:00:00.000000+0000");
  BOOST_TEST(moved("9999-12-01T00:00:00.0Z", "P1M") == "none");
}

BOOST_AUTO_TEST_CASE(what_is_no_duration_is_refused_with_its_place) {
  for (const char* text :
       {"", "P", "1D", "P1", "PD", "P1D1M", "P1.5M", "PT1D", "P99999Y", "P1H", "P1..5D", "p1d", "P1DT1"}) {
    BOOST_CHECK_EXCEPTION(duration::parse(text, "streams.a.step, line 3"), ingest::error, [](const ingest::error& e) {
      return is_config(e) && std::string_view(e.what()).starts_with("streams.a.step, line 3: ");
    });
  }
}

BOOST_AUTO_TEST_CASE(formats_that_cannot_be_read_back_are_refused) {
  for (const char* format : {"", "%Q", "%Y-%", "%U", "%_d"}) {
    BOOST_CHECK_EXCEPTION(date_format(format, "here"), ingest::error, is_config);
  }
}

BOOST_AUTO_TEST_CASE(reading_a_date_ends_whatever_the_text_is) {
  std::string format;
  for (int i = 0; i < 90; ++i) {
    format += " %d";
  }
  BOOST_TEST(!date_format(format.substr(0, 198), "test").parse(std::string_view(std::string(5000, ' '))));
}

BOOST_AUTO_TEST_CASE(a_step_that_leads_nowhere_is_refused) {
  window_division division(at("2024-01-01T00:00:00.0Z"), at("2024-02-01T00:00:00.0Z"),
                           {duration::parse("-P1D", "test"), duration::parse("P1D", "test")}, "the cursor");
  BOOST_CHECK_EXCEPTION(division.next(), ingest::error, is_config);
}
