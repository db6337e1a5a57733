#pragma once

#include <iostream>

#include <rapidcheck/boost_test.h>

/// What the property tests share. RapidCheck prints the seed of each run and, for a property that fails, the smallest
/// values it found and a text for RC_PARAMS that makes just that case again:
///
///     RC_PARAMS="seed=17 max_success=1000" build/release/tests/test.properties.credit
namespace ingest::testing {

/// A text of any bytes, or of those that give parsers and escapers trouble.
inline rc::Gen<std::string> any_bytes() {
  const auto odd = rc::gen::element<char>('\\', '\t', '\n', '\r', '\0', '.', '"', 'N', 'x', '0', '\x7f', '\xff');
  return rc::gen::container<std::string>(rc::gen::oneOf(odd, rc::gen::arbitrary<char>()));
}

}  // namespace ingest::testing
