#include "rest/expressions/names.hpp"

#include <algorithm>

#include "rest/expressions/macros.hpp"

namespace ingest::rest::expressions {

namespace {

using names = std::set<std::string, std::less<>>;

void add_looked_at(const expression& in, names& to) {
  if (in.what == expression::kind::name) {
    to.insert(in.name);
  }
  for (const expression& part : in.parts) {
    add_looked_at(part, to);
  }
}

void add_all(const block& in, names& looked_at, names& set) {
  for (const statement& one : in) {
    add_looked_at(one.of, looked_at);
    for (const expression& test : one.tests) {
      add_looked_at(test, looked_at);
    }
    add_looked_at(one.target, set);
    if (one.what == statement::kind::loop) {
      set.insert("loop");
    }
    add_all(one.body, looked_at, set);
    add_all(one.otherwise, looked_at, set);
  }
}

}  // namespace

std::set<std::string, std::less<>> names_needed(const block& of) {
  names looked_at;
  names set;
  add_all(of, looked_at, set);
  names needed;
  std::copy_if(looked_at.begin(), looked_at.end(), std::inserter(needed, needed.end()),
               [&](const std::string& name) { return !set.contains(name) && !has_macro(name); });
  return needed;
}

}  // namespace ingest::rest::expressions
