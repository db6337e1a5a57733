#include "rest/expressions/filters.hpp"

#include <algorithm>

#include "rest/expressions/fault.hpp"
#include "rest/expressions/filter_tables.hpp"

namespace ingest::rest::expressions {

namespace {

filter filter_named(std::string_view name) {
  for (const auto* const table :
       {&cdk_filters(), &text_filters(), &number_filters(), &sequence_filters(), &selecting_filters()}) {
    if (const auto found = table->find(name); found != table->end()) {
      return found->second;
    }
  }
  return nullptr;
}

}  // namespace

bool has_filter(std::string_view name) {
  return filter_named(name) != nullptr;
}

value apply_filter(std::string_view name, const value& to, const arguments& with) {
  const filter found = filter_named(name);
  if (found == nullptr) {
    fail(fault::kind::other, "there is no filter of that name");
  }
  work_limit::spend(1);
  return found(to, with);
}

}  // namespace ingest::rest::expressions
