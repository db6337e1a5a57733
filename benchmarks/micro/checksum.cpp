// How fast is CRC32C, over an index record and over a page? Each page is checked when it is written and when it is
// read.

#include <benchmark/benchmark.h>

#include "buffer/disk_buffer.hpp"
#include "core/crc32c.hpp"

namespace {

void crc32c(benchmark::State& state) {
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(ingest::crc32c(bytes));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(crc32c)->ArgName("bytes")->Arg(128)->Arg(1 << 20);

}  // namespace
