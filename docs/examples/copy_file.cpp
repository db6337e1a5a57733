// Copies a file and shows how far it is. Target: complete or not there.
#include <iostream>

#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/file_sink.hpp"
#include "ingest/sources/file_source.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: copy_file FROM TO\n";
    return 64;
  }
  ingest::file_source from(argv[1]);
  ingest::file_sink to(argv[2]);

  const auto result = ingest::ingest_stream(
      from, to, {.on_progress = [](const ingest::stream_progress& p) { std::cerr << '\r' << p.bytes << " bytes"; }});

  if (!result.ok()) {
    std::cerr << '\n' << result.failure->what() << '\n';
    return result.failure->exit_code();
  }
  std::cerr << " in " << std::chrono::duration<double>(result.duration).count() << " s\n";
}
