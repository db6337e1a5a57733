// Copies a file of lines through a durable pipeline into a directory of pages. With a third argument it kills itself,
// as `kill -9` would, at the worst moment: when so many pages are written and nobody has been told of the last. The
// same command once more completes the work.
#include <csignal>
#include <iostream>

#include "ingest/actors/pipeline_builder.hpp"
#include "ingest/log.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "page_files.hpp"

int main(int argc, char** argv) try {
  if (argc != 3 && argc != 4) {
    std::cerr << "usage: resume_after_kill FROM.ndjson DIRECTORY [PAGES]\n";
    return 64;
  }
  const std::filesystem::path from = argv[1];
  const std::filesystem::path directory = argv[2];
  const ingest::page_id last = argc == 4 ? std::stoull(argv[3]) : 0;
  std::filesystem::create_directories(directory / "pages");
  ingest::log::configure(ingest::log::format::text, ingest::log::level::warning);

  const auto die = [last](ingest::page_id written) {
    if (written == last) {
      std::raise(SIGKILL);
    }
  };
  const auto result =
      ingest::actors::pipeline_builder()
          .from([&](ingest::slice_id) {
            return std::make_unique<ingest::ndjson_source>(from, ingest::ndjson_options{.batch_bytes = 64 << 10});
          })
          .durable({.directory = directory / "buffer", .pipeline = "copy", .plan = from.string()})
          .to([&](std::size_t) { return std::make_unique<page_files>(directory / "pages", die); })
          .run();

  if (!result.ok()) {
    std::cerr << result.failure->what() << '\n';
    return result.failure->exit_code();
  }
  std::cout << result.outcome.rows_loaded << " written, " << result.outcome.rows_already_loaded << " found written\n";
} catch (const ingest::error& e) {
  std::cerr << e.what() << '\n';
  return e.exit_code();
}
