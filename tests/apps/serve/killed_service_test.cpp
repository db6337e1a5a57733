// scripts/soak --serve goes on with this for minutes.
#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>

#include "soak/service_soak.hpp"

using namespace ingest::testing;

BOOST_AUTO_TEST_SUITE(a_service)

BOOST_AUTO_TEST_CASE(that_is_killed_at_any_moment_loads_each_record_exactly_once) {
  constexpr int lives = 12;
  service_soak_counts counts;
  service_soak service(1, postgres_cluster::shared());
  for (int i = 0; i < lives; ++i) {
    const std::optional<std::string> wrong = service.live_and_die(counts);
    BOOST_REQUIRE_MESSAGE(!wrong, wrong.value_or("") << "; " << counts.text());
  }
  const std::optional<std::string> wrong = service.finish(counts);
  BOOST_TEST(!wrong, wrong.value_or("") << "; " << counts.text());
  BOOST_TEST(counts.all_kills() > 0U);
  BOOST_TEST(counts.rows > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
