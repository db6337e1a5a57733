// The set of pages, compared with std::set.
#include "properties/property.hpp"

#include <set>

#include "core/page_set.hpp"

using ingest::page_id;
using ingest::page_set;

namespace {

using intervals = std::vector<std::pair<page_id, page_id>>;

rc::Gen<intervals> some_intervals() {
  const auto interval = rc::gen::map(
      rc::gen::pair(rc::gen::inRange<page_id>(1, 60), rc::gen::inRange<page_id>(0, 8)),
      [](const std::pair<page_id, page_id>& drawn) { return std::pair(drawn.first, drawn.first + drawn.second); });
  return rc::gen::container<intervals>(interval);
}

page_set set_of(const intervals& drawn) {
  page_set set;
  for (const auto& [first, last] : drawn) {
    set.insert(first, last);
  }
  return set;
}

std::set<page_id> model_of(const intervals& drawn) {
  std::set<page_id> model;
  for (const auto& [first, last] : drawn) {
    for (page_id id = first; id <= last; ++id) {
      model.insert(id);
    }
  }
  return model;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(page_set_properties)

RC_BOOST_PROP(it_holds_what_was_inserted_and_nothing_else, ()) {
  const auto drawn = *some_intervals();
  const page_set set = set_of(drawn);
  const std::set<page_id> model = model_of(drawn);
  for (page_id id = 0; id < 80; ++id) {
    RC_ASSERT(set.contains(id) == model.contains(id));
  }
  RC_ASSERT(set.size() == model.size());
  RC_ASSERT(set.max() == (model.empty() ? 0 : *model.rbegin()));
}

RC_BOOST_PROP(the_first_missing_page_is_the_lowest_that_was_not_inserted, ()) {
  const auto drawn = *some_intervals();
  const auto through = *rc::gen::inRange<page_id>(0, 80);
  const std::set<page_id> model = model_of(drawn);
  page_id missing = 1;
  while (model.contains(missing)) {
    ++missing;
  }
  const page_set set = set_of(drawn);
  RC_ASSERT(set.contiguous_through() == missing - 1);
  RC_ASSERT(set.first_missing(through) == (missing <= through ? std::optional(missing) : std::nullopt));
}

RC_BOOST_PROP(its_intervals_are_as_few_as_can_be, ()) {
  const page_set set = set_of(*some_intervals());
  page_id before = 0;
  for (const auto& [first, last] : set.intervals()) {
    RC_ASSERT(first <= last);
    RC_ASSERT(before == 0U || first > before + 1);
    before = last;
  }
}

RC_BOOST_PROP(the_order_of_insertion_makes_no_difference, ()) {
  auto drawn = *some_intervals();
  page_set united = set_of(drawn);
  std::reverse(drawn.begin(), drawn.end());
  RC_ASSERT(set_of(drawn) == united);
  united.insert(set_of(drawn));
  RC_ASSERT(set_of(drawn) == united);
}

BOOST_AUTO_TEST_SUITE_END()
