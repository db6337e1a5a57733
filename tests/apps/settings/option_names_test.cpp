#include "settings/option_names.hpp"

#include <boost/test/unit_test.hpp>

#include "datasync/page_parser.hpp"
#include "ingest/log.hpp"
#include "ingest/postgres.hpp"

using namespace ingest;

namespace {

/// What the program prints of an error.
template <class Action>
std::string printed(Action fail) {
  name_options_as_settings();
  try {
    fail();
  } catch (const error& e) {
    return log::redact(e.what());
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(of_the_libraries_are_settings_where_the_program_speaks) {
  BOOST_TEST(printed([] { make_page_parser({.id_pointer = "id"}); }).starts_with("ID_POINTER: "));
  BOOST_TEST(printed([] {
               metrics counters;
               make_http_api({}, counters);
             }).find("API_BASE_URL") != std::string::npos);
  BOOST_TEST(printed([] {
               postgres_options o;
               o.url = "nowhere";
               o.pipeline = "test";
               postgres_target target(o);
             }).starts_with("DATABASE_URL is no PostgreSQL connection URL"));
}

BOOST_AUTO_TEST_CASE(are_told_from_other_words_in_backticks) {
  name_options_as_settings();
  BOOST_TEST(log::redact("`x` or `api_key`, `start_over()`` and `url") ==
             "`x` or TARGET_API_KEY, --fresh --yes` and `url");
}

BOOST_AUTO_TEST_SUITE_END()
