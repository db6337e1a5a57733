// Loads what the program itself produces into PostgreSQL, each event exactly once, also if the program is killed on the
// way: started again, it learns how many events are safe and produces those behind them.
#include <iostream>
#include <thread>

#include "event_queue.hpp"
#include "ingest/actors/pipeline_builder.hpp"
#include "ingest/log.hpp"
#include "ingest/postgres.hpp"

void produce(event_queue& queue, std::uint64_t count) {
  const auto safe = queue.safe_events();
  if (!safe) {
    return;
  }
  for (std::uint64_t n = *safe + 1; n <= count; ++n) {
    const std::string number = std::to_string(n);
    if (!queue.push("event " + number, R"({"n":)" + number + R"(,"text":"a\ttab"})")) {
      return;
    }
  }
  queue.finish();
}

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::cerr << "usage: queue_to_postgres DATABASE_URL DIRECTORY COUNT\n";
    return 64;
  }
  const std::filesystem::path directory = argv[2];
  const std::uint64_t count = std::stoull(argv[3]);
  ingest::log::configure(ingest::log::format::text, ingest::log::level::warning);

  ingest::postgres_options database;
  database.url = argv[1];
  database.table = "measurements";
  database.pipeline = "measurements";
  database.rejects_file = directory / "rejected.ndjson";
  const auto target = std::make_shared<ingest::postgres_target>(database);

  event_queue queue;
  auto pipeline = ingest::actors::pipeline_builder()
                      .from(queue)
                      .durable({.directory = directory, .pipeline = database.pipeline, .ledger = target})
                      .to([target](std::size_t loader) { return ingest::make_postgres_sink(target, loader); })
                      .build();
  pipeline.start();
  std::jthread producer(produce, std::ref(queue), count);
  const auto result = pipeline.wait();

  if (!result.ok()) {
    std::cerr << result.failure->what() << '\n';
    return result.failure->exit_code();
  }
  std::cout << result.outcome.rows_loaded << " events loaded\n";
} catch (const ingest::error& e) {
  std::cerr << e.what() << '\n';
  return e.exit_code();
}
