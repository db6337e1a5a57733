// What does it cost a loader to check a range of 8 MiB and put its rows in the order of their keys?

#include <benchmark/benchmark.h>

#include "postgres/copy_rows.hpp"
#include "sample_page.hpp"

namespace {

/// A range as it comes out of the buffer: `pages` pages of 5000 events.
ingest::batch range_of(std::size_t pages) {
  constexpr std::size_t events = 5000;
  const auto all = sample_rows(events * pages);
  ingest::batch range;
  range.data = all;
  range.records = events * pages;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < pages; ++i) {
    std::size_t end = begin;
    for (std::size_t row = 0; row < events; ++row) {
      end = all->find('\n', end) + 1;
    }
    ingest::page p;
    p.id = i + 1;
    p.segment = 1;
    p.offset = begin;
    p.length = end - begin;
    p.rows = events;
    range.pages.push_back(p);
    begin = end;
  }
  return range;
}

void index_and_sort_a_range(benchmark::State& state) {
  const ingest::batch range = range_of(static_cast<std::size_t>(state.range(0)));
  ingest::detail::copy_rows rows;
  for (auto _ : state) {
    rows.assign(range, range.pages);
    benchmark::DoNotOptimize(rows.text(0).data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * range.bytes().size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * range.records));
}
BENCHMARK(index_and_sort_a_range)->ArgName("pages")->Arg(1)->Arg(5);

}  // namespace
