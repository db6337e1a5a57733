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

/// The columns that such events get.
void encode_events_into_columns(benchmark::State& state) {
  const std::vector<std::pair<std::string, std::string>> columns = {
      {"id", "uuid"},   {"sessionId", "uuid"},   {"userId", "uuid"},           {"type", "text"},
      {"name", "text"}, {"properties", "jsonb"}, {"timestamp", "timestamptz"}, {"session", "jsonb"}};
  table_shape shape = table_shape::of_members({.key = {"id"}, .epochs = ingest::epoch_unit::milliseconds});
  const shape_column extra = shape.columns.back();
  shape.columns.clear();
  std::vector<std::string> types;
  for (const auto& [name, type] : columns) {
    shape.columns.push_back(shape.column_for(name, type));
    types.push_back(type);
  }
  shape.columns.push_back(extra);
  types.push_back(extra.type);
  encode(state, shape, types);
}
BENCHMARK(encode_events_into_columns);

}  // namespace
