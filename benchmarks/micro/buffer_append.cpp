// How fast does the disk buffer make pages durable? Depends on the disk under the working directory.

#include <benchmark/benchmark.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "buffer/disk_buffer.hpp"
#include "sample_page.hpp"

namespace {

class scratch_directory {
 public:
  scratch_directory() : path_("bench-buffer." + std::to_string(::getpid())) {
    std::filesystem::create_directory(path_);
  }
  ~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Deletes what is sealed, so that the disk does not fill up.
void drop_sealed(ingest::disk_buffer& buffer, std::uint64_t& next) {
  const std::uint64_t open = buffer.open_segment();
  for (; next < open; ++next) {
    buffer.release(next);
  }
}

void append_then_sync(benchmark::State& state) {
  const scratch_directory directory;
  ingest::disk_buffer buffer(ingest::posix_file_system(), {directory.path(), 64ull << 20, 4ull << 30},
                             {"benchmark", std::string(32, '0'), "one slice"}, {});
  ingest::batch page;
  page.data = sample_rows();
  page.records = 5000;
  page.position = "somewhere";
  const auto pages_per_sync = state.range(0);
  std::uint64_t next = 1;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < pages_per_sync; ++i) {
      buffer.append(0, page);
    }
    buffer.sync();
    state.PauseTiming();
    drop_sealed(buffer, next);
    state.ResumeTiming();
  }
  const auto pages = static_cast<std::int64_t>(state.iterations()) * pages_per_sync;
  state.SetBytesProcessed(pages * static_cast<std::int64_t>(page.bytes().size()));
  state.SetItemsProcessed(pages * 5000);
}
BENCHMARK(append_then_sync)->ArgName("pages")->Arg(1)->Arg(4)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace
