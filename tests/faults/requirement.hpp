#pragma once

#include <boost/test/tree/decorator.hpp>
#include <boost/test/utils/basic_cstring/io.hpp>
#include <iostream>
#include <string>

namespace ingest::testing {

/// The answer of a suite's precondition. Where it is not met the suite is skipped, and "skipped: WHY" is what ctest
/// recognises that by. To be used by executables of which all suites have the same precondition.
inline boost::test_tools::assertion_result requirement(bool met, const std::string& why) {
  boost::test_tools::assertion_result result(met);
  if (!met) {
    result.message() << why;
    std::cerr << "skipped: " << why << std::endl;
  }
  return result;
}

}  // namespace ingest::testing
