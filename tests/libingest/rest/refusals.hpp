#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

#include "ingest/error.hpp"

namespace ingest::testing {

/// What `f` is refused with, as `code`; empty where it is not.
template <class F>
std::string refusal_of(F&& f, errc code = errc::config) {
  try {
    f();
  } catch (const error& e) {
    BOOST_TEST((e.code() == code), e.what());
    return e.what();
  }
  return "";
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace ingest::testing
