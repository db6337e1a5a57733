#pragma once

#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "ingest/error.hpp"

namespace ingest::testing {

/// Something that a contract says and that did not hold.
struct violation {
  std::string contract_case;
  std::string what;
};

/// Collects what did not hold. Thread-safe, as engines call sources and sinks from threads of their own.
class expectations {
 public:
  /// Notes `otherwise` if `holds` is false. Returns `holds`.
  bool expect(bool holds, const std::string& otherwise) {
    if (!holds) {
      const std::lock_guard lock(mutex_);
      unmet_.push_back(otherwise);
    }
    return holds;
  }

  template <class Actual, class Wanted>
  bool expect_equal(const Actual& actual, const Wanted& wanted, const std::string& what) {
    return expect(actual == wanted, what + " is " + shown(actual) + " instead of " + shown(wanted));
  }

  std::vector<std::string> unmet() const {
    const std::lock_guard lock(mutex_);
    return unmet_;
  }

 private:
  static std::string shown(const std::string& text) {
    constexpr std::size_t enough = 200;
    return '"' + (text.size() <= enough ? text : text.substr(0, enough) + "…") + '"';
  }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  static std::string shown(Number n) { return std::to_string(n); }

  mutable std::mutex mutex_;
  std::vector<std::string> unmet_;
};

/// A sentence of a contract, and the code that finds out whether `Subject` keeps it.
template <class Subject>
struct contract_case {
  std::string name;
  std::function<void(const Subject&, expectations&)> run;
};

/// Runs one case. What it throws is a violation as well.
template <class Subject>
std::vector<violation> check(const contract_case<Subject>& c, const Subject& subject) {
  expectations e;
  try {
    c.run(subject, e);
  } catch (...) {
    e.expect(false, std::string("an exception came out: ") + current_error().what());
  }
  std::vector<violation> found;
  for (const std::string& what : e.unmet()) {
    found.push_back({c.name, what});
  }
  return found;
}

/// Runs all of them and throws std::logic_error, whose message lists the violations, unless there are none: the
/// shortest way from any test framework.
template <class Subject>
void require(const std::vector<contract_case<Subject>>& cases, const Subject& subject) {
  std::string list;
  for (const auto& c : cases) {
    for (const violation& v : check(c, subject)) {
      list += "\n" + v.contract_case + ": " + v.what;
    }
  }
  if (!list.empty()) {
    throw std::logic_error("the contract is violated:" + list);
  }
}

}  // namespace ingest::testing
