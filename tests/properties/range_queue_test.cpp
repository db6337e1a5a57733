// The queue of durable pages: each is given out once, in order, in ranges that lie in one piece.
#include "properties/property.hpp"

#include "actors/range_queue.hpp"

using namespace ingest;
using ingest::actors::range_queue;

namespace {

constexpr std::uint64_t target = 100;

/// Pages as the buffer makes them: adjacent within a segment, sometimes a new segment.
rc::Gen<std::vector<page>> pages() {
  const auto shapes = rc::gen::container<std::vector<std::pair<std::uint64_t, bool>>>(
      rc::gen::pair(rc::gen::inRange<std::uint64_t>(0, 150), rc::gen::weightedElement<bool>({{5, false}, {1, true}})));
  return rc::gen::map(shapes, [](const std::vector<std::pair<std::uint64_t, bool>>& drawn) {
    std::vector<page> made;
    page p;
    p.segment = 1;
    for (const auto& [length, new_segment] : drawn) {
      ++p.id;
      p.offset = new_segment ? 0 : p.offset + p.length;
      p.segment += new_segment ? 1 : 0;
      p.length = length;
      made.push_back(p);
    }
    return made;
  });
}

void check_form(const range& r) {
  RC_ASSERT(!r.pages.empty());
  RC_ASSERT(r.pages.size() == 1U || r.bytes() <= target);
  for (std::size_t i = 1; i < r.pages.size(); ++i) {
    RC_ASSERT(r.pages[i].segment == r.pages[i - 1].segment);
    RC_ASSERT(r.pages[i].offset == r.pages[i - 1].offset + r.pages[i - 1].length);
  }
}

}  // namespace

namespace ingest {

void showValue(const page& p, std::ostream& out) {
  out << "page " << p.id << " of " << p.length << " bytes at " << p.segment << ':' << p.offset;
}

}  // namespace ingest

BOOST_AUTO_TEST_SUITE(range_queue_properties)

RC_BOOST_PROP(every_page_is_given_out_once_and_in_order, ()) {
  const auto given = *pages();
  range_queue queue(target);
  std::vector<page> loaded;
  const auto load = [&] {
    while (auto r = queue.take()) {
      check_form(*r);
      loaded.insert(loaded.end(), r->pages.begin(), r->pages.end());
    }
  };
  for (const page& p : given) {
    queue.push(p);
    if (*rc::gen::weightedElement<bool>({{3, false}, {1, true}})) {
      queue.flush();
    }
    if (*rc::gen::arbitrary<bool>()) {
      load();
    }
  }
  queue.finish();
  load();
  RC_ASSERT(queue.empty());
  RC_ASSERT(loaded == given);
}

RC_BOOST_PROP(a_range_that_could_grow_waits_until_it_is_flushed, ()) {
  const auto given = *pages();
  range_queue queue(target);
  std::uint64_t waiting = 0;
  for (const page& p : given) {
    queue.push(p);
    while (auto r = queue.take()) {
    }
  }
  queue.flush();
  while (auto r = queue.take()) {
    waiting += r->bytes();
  }
  RC_ASSERT(waiting < target);
  RC_ASSERT(queue.empty());
}

BOOST_AUTO_TEST_SUITE_END()
