// Reads three squares, and in a second run, from where the first one ended, two more.
#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/fd_sink.hpp"
#include "squares.hpp"

int main() {
  ingest::fd_sink to(1, "standard output");
  squares few(3);
  const auto first = ingest::ingest_stream(few, to);
  squares more(5);
  const auto second = ingest::ingest_stream(more, to, {.position = first.position});
  return first.ok() && second.ok() ? 0 : 1;
}
