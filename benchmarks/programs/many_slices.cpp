// Reads many small slices into PostgreSQL through a durable buffer, for the question many_slices. Each slice is a page
// of five records, made here: what is measured is what the pipeline does with a slice, not an API.
//
//   many_slices DATABASE_URL DIRECTORY SLICES [--die-after N]
//
// Says in JSON after how many seconds the first slice was read. --die-after: kills itself when so many were.

#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string_view>

#include "ingest/actors/pipeline_builder.hpp"
#include "ingest/postgres.hpp"
#include "ingest/slice_supply.hpp"

namespace {

using clock = std::chrono::steady_clock;

constexpr int records = 5;
constexpr std::size_t readers = 8;
constexpr std::size_t loaders = 2;

struct reading {
  clock::time_point began = clock::now();
  std::atomic<std::uint64_t> slices{0};
  std::atomic<double> first_read_s{-1};
  std::uint64_t die_after = 0;

  void note() {
    if (slices++ == 0) {
      first_read_s = std::chrono::duration<double>(clock::now() - began).count();
    }
    if (slices == die_after) {
      ::raise(SIGKILL);
    }
  }
};

class page_source final : public ingest::source {
 public:
  page_source(ingest::slice_id slice, reading& noted) : slice_(std::move(slice)), noted_(noted) {}

  void open(const std::optional<std::string>&, std::stop_token) override { noted_.note(); }
  std::optional<ingest::batch> read() override {
    std::string text;
    for (int i = 0; i < records; ++i) {
      const std::string id = slice_.name() + "-" + std::to_string(i);
      text += id + "\t{\"id\":\"" + id + "\",\"type\":\"page_view\",\"properties\":{\"page\":\"/home\"}}\n";
    }
    ingest::batch b;
    b.data = std::make_shared<const std::string>(std::move(text));
    b.records = records;
    b.position = "end";
    b.last = true;
    return b;
  }
  void close() noexcept override {}

 private:
  ingest::slice_id slice_;
  reading& noted_;
};

class windows final : public ingest::slice_supply {
 public:
  explicit windows(std::uint64_t count) : count_(count) {}
  std::optional<ingest::slice_task> next(std::stop_token) override {
    return next_ == count_ ? std::nullopt
                           : std::optional(ingest::slice_task{{"events", std::to_string(next_++)}, std::nullopt});
  }

 private:
  std::uint64_t count_;
  std::uint64_t next_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const bool dies = argc == 6 && std::string_view(argv[4]) == "--die-after";
  if (argc != 4 && !dies) {
    std::cerr << "usage: many_slices DATABASE_URL DIRECTORY SLICES [--die-after N]\n";
    return 64;
  }
  reading noted;
  noted.die_after = dies ? std::strtoull(argv[5], nullptr, 10) : 0;
  const std::uint64_t count = std::strtoull(argv[3], nullptr, 10);

  ingest::postgres_options database;
  database.url = argv[1];
  database.pipeline = "slices";
  const auto target = std::make_shared<ingest::postgres_target>(database);
  ingest::durable_run_options durable;
  durable.directory = argv[2];
  durable.pipeline = database.pipeline;
  durable.ledger = target;
  const auto result = ingest::actors::pipeline_builder()
                          .from([&](const ingest::slice_id& s) { return std::make_unique<page_source>(s, noted); })
                          .slices([count] { return std::make_unique<windows>(count); }, readers)
                          .to([&](std::size_t loader) { return ingest::make_postgres_sink(target, loader); }, loaders)
                          .durable(durable)
                          .run();
  if (!result.ok()) {
    std::cerr << "many_slices: " << result.failure->what() << '\n';
    return result.failure->exit_code();
  }
  std::cout << "{\"first_read_s\":" << noted.first_read_s << ",\"slices\":" << noted.slices << "}\n";
}
