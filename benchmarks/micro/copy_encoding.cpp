// What does it cost a loader to turn the sorted rows of a range of 8 MiB into what COPY is given?

#include <benchmark/benchmark.h>

#include "postgres/copy_encoder.hpp"
#include "postgres/copy_rows.hpp"
#include "sample_page.hpp"

namespace {

using namespace ingest::detail;

constexpr std::size_t events = 25'000;

/// One page, which is enough: only the order of the rows matters.
ingest::batch range() {
  ingest::batch b;
  b.data = sample_rows(events);
  ingest::page p;
  p.id = 1;
  p.segment = 1;
  p.length = b.data->size();
  p.rows = events;
  b.pages = {p};
  return b;
}

void encode(benchmark::State& state, const table_shape& shape, const std::vector<std::string>& types) {
  const ingest::batch b = range();
  copy_rows rows;
  rows.assign(b, b.pages);
  copy_encoder encoder(shape, types);
  std::string buffer;
  for (auto _ : state) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows.prefetch_behind(i);
      encoder.append(rows.key(i), rows.record(i), buffer);
      if (buffer.size() >= 128 << 10) {
        benchmark::DoNotOptimize(buffer.data());
        buffer.clear();
      }
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * rows.bytes()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * rows.size()));
}

void encode_events_in_binary(benchmark::State& state) {
  encode(state, table_shape::of_events(), {"text", "jsonb"});
}
BENCHMARK(encode_events_in_binary);

void encode_events_as_csv(benchmark::State& state) {
  encode(state, table_shape::of_events(), {"uuid", "jsonb"});
}
BENCHMARK(encode_events_as_csv);

}  // namespace
