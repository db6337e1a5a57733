#pragma once

#include <boost/test/unit_test.hpp>

#include "ingest/testing/contract.hpp"

namespace ingest::testing {

/// Runs the cases of a contract against `subject` and reports each violation to Boost.Test.
template <class Subject>
void check_contract(const std::vector<contract_case<Subject>>& cases, const Subject& subject) {
  for (const auto& c : cases) {
    for (const violation& v : check(c, subject)) {
      BOOST_ERROR(v.contract_case << ": " << v.what);
    }
  }
}

}  // namespace ingest::testing
