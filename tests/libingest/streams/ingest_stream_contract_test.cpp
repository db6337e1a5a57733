#include "support/contract_report.hpp"

using namespace ingest::testing;

namespace {

const engine plain_loop{.run = [](ingest::source& from, ingest::sink& to, const ingest::stream_options& options) {
  return ingest::ingest_stream(from, to, options);
}};

}  // namespace

BOOST_AUTO_TEST_SUITE(ingest_stream_contract)

BOOST_AUTO_TEST_CASE(flows_as_it_should) {
  check_contract(engine_flow_cases(), plain_loop);
}
BOOST_AUTO_TEST_CASE(fails_as_it_should) {
  check_contract(engine_failure_cases(), plain_loop);
}
BOOST_AUTO_TEST_CASE(stops_as_it_should) {
  check_contract(engine_stop_cases(), plain_loop);
}

BOOST_AUTO_TEST_SUITE_END()
