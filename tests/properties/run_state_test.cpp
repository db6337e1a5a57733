// The state file: what is written is what is read.
#include "properties/property.hpp"

#include "buffer/run_state.hpp"

using namespace ingest;

namespace {

slice_progress drawn_slice() {
  slice_progress s;
  s.slice = slice_id(*testing::any_bytes(), *testing::any_bytes());
  s.position = *testing::any_bytes();
  s.done = *rc::gen::arbitrary<bool>();
  s.pages = *rc::gen::arbitrary<page_id>();
  s.rows = *rc::gen::arbitrary<std::uint64_t>();
  return s;
}

page_set drawn_pages() {
  page_set pages;
  for (int n = *rc::gen::inRange(0, 5); n > 0; --n) {
    const auto first = *rc::gen::inRange<page_id>(1, 1'000'000'000'000);
    pages.insert(first, first + *rc::gen::inRange<page_id>(0, 1000));
  }
  return pages;
}

run_state drawn_state() {
  run_state s;
  s.identity = {*testing::any_bytes(), *testing::any_bytes(), *testing::any_bytes()};
  s.command = *rc::gen::element<std::string>("run", "fetch", "load");
  s.status = *rc::gen::element(run_status::running, run_status::complete, run_status::interrupted, run_status::aborted);
  s.error = *testing::any_bytes();
  for (auto* const count :
       {&s.rows_fetched, &s.rows_durable, &s.rows_loaded, &s.rows_rejected, &s.duplicates_skipped, &s.bytes_buffered,
        &s.total_expected, &s.restarts, &s.last_segment, &s.slices_left_out, &s.rows_left_out}) {
    *count = *rc::gen::arbitrary<std::uint64_t>();
  }
  for (int n = *rc::gen::inRange(0, 4); n > 0; --n) {
    s.slices.push_back(drawn_slice());
    s.loaded.insert(s.slices.back().slice, drawn_pages());
  }
  s.replaces_ledger = *rc::gen::arbitrary<bool>();
  s.started_at = timestamp_now();
  s.updated_at = *testing::any_bytes();
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run_state_properties)

RC_BOOST_PROP(a_state_that_was_written_reads_back_the_same, ()) {
  const run_state s = drawn_state();
  const std::string text = to_json(s);
  const run_state read = parse_run_state(text);
  RC_ASSERT(read.identity == s.identity);
  RC_ASSERT(read.status == s.status);
  RC_ASSERT(read.error == s.error);
  RC_ASSERT(read.loaded == s.loaded);
  RC_ASSERT(read.slices == s.slices);
  RC_ASSERT(to_json(read) == text);
}

RC_BOOST_PROP(a_state_that_was_cut_off_is_refused_and_not_half_believed, ()) {
  std::string text = to_json(drawn_state());
  text.resize(*rc::gen::inRange<std::size_t>(0, text.rfind('}')));
  RC_ASSERT_THROWS_AS(parse_run_state(text), error);
}

BOOST_AUTO_TEST_SUITE_END()
