// How fast does a response become rows: bytes of JSON per second, on one core?

#include <benchmark/benchmark.h>

#include "sample_page.hpp"

namespace {

void parse(benchmark::State& state, const ingest::record_encoder& encoder) {
  const std::string body = sample_body();
  const auto parser = ingest::make_page_parser();
  std::string rows;
  std::uint64_t events = 0;
  for (auto _ : state) {
    rows.clear();
    events += parser->parse(body, encoder, rows).rows;
    benchmark::DoNotOptimize(rows.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

void page_to_keyed_lines(benchmark::State& state) {
  parse(state, ingest::keyed_encoder());
}
BENCHMARK(page_to_keyed_lines);

void page_to_ndjson(benchmark::State& state) {
  parse(state, ingest::ndjson_encoder());
}
BENCHMARK(page_to_ndjson);

}  // namespace
