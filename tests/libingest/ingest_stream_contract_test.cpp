#include <boost/test/unit_test.hpp>

#include "ingest/testing/contract.hpp"

namespace {

const ingest::testing::engine plain_loop{
    .run = [](ingest::source& from, ingest::sink& to,
              const ingest::stream_options& options) { return ingest::ingest_stream(from, to, options); }};

}  // namespace

BOOST_AUTO_TEST_SUITE(ingest_stream_contract)

BOOST_AUTO_TEST_CASE(is_kept_by_the_plain_loop) {
  for (const auto& c : ingest::testing::engine_cases()) {
    for (const auto& v : ingest::testing::check(c, plain_loop)) {
      BOOST_ERROR(v.contract_case << ": " << v.what);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
