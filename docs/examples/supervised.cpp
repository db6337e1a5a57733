// A sink that dies twice, and a pipeline that completes all the same: a fresh sink gets what the old one had not taken.
#include <atomic>
#include <iostream>

#include "ingest/actors/pipeline_builder.hpp"
#include "ingest/sources/memory_source.hpp"

class mortal_printer final : public ingest::sink {
 public:
  explicit mortal_printer(std::atomic<int>& deaths) : deaths_(deaths) {}

  ingest::write_outcome write(const ingest::batch& records) override {
    const bool dangerous = records.position == "30" || records.position == "60";
    if (dangerous && deaths_ < 2) {
      ++deaths_;
      throw ingest::error(ingest::errc::unavailable, "the printer has jammed");  // before anything was printed
    }
    std::cout << records.bytes();
    return {.rows_loaded = records.records};
  }

  void finalize() override { std::cout << std::flush; }
  void abort(const ingest::error& why) override { std::cerr << "a printer ends: " << why.what() << '\n'; }

 private:
  std::atomic<int>& deaths_;
};

int main() {
  std::vector<std::string> lines;
  for (int i = 1; i <= 100; ++i) {
    lines.push_back("line " + std::to_string(i) + "\n");
  }
  std::atomic<int> deaths = 0;

  auto pipeline =
      ingest::actors::pipeline_builder()
          .from([&](ingest::slice_id) { return std::make_unique<ingest::memory_source>(lines); })
          .to([&](std::size_t) { return std::make_unique<mortal_printer>(deaths); })
          .restarts(
              {.max_restarts = 3, .period = std::chrono::minutes(1), .first_delay = std::chrono::milliseconds(10)})
          .build();
  const auto result = pipeline.run();

  if (!result.ok()) {
    std::cerr << result.failure->what() << '\n';
    return result.failure->exit_code();
  }
  std::cerr << result.records << " records, " << pipeline.snapshot().restarts << " restarts\n";
}
