// Reads standard input for as long as it is told, and then stops, also in the middle of waiting for more.
#include <charconv>
#include <cstring>
#include <iostream>
#include <thread>

#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/fd_sink.hpp"
#include "ingest/sources/fd_source.hpp"
#include "ingest/stop.hpp"

int main(int argc, char** argv) {
  int milliseconds = 1000;
  if (argc == 2) {
    std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), milliseconds);
  }
  ingest::fd_source from(0, "standard input");
  ingest::fd_sink to(1, "standard output");

  ingest::stop_switch stop;
  std::jthread timer([&](std::stop_token finished) {
    if (ingest::wait_for(std::chrono::milliseconds(milliseconds), finished)) {
      stop.request("the time is over");
    }
  });
  const auto result = ingest::ingest_stream(from, to, {.stop = stop.signal()});

  if (result.status == ingest::stream_status::aborted) {
    std::cerr << "stopped after " << result.bytes << " bytes: " << result.failure->what() << '\n';
  }
  return result.status == ingest::stream_status::failed ? result.failure->exit_code() : 0;
}
