// Factors the numbers on standard input, a line each, on all processors. Lines come out in the order they went in.
#include <iostream>
#include <sstream>

#include "ingest/actors/pipeline_builder.hpp"
#include "ingest/sinks/fd_sink.hpp"
#include "ingest/sources/fd_source.hpp"
#include "ingest/transforms/line_transform.hpp"
#include "ingest/transforms/map_transform.hpp"

void print_factors(std::uint64_t n, std::ostream& to) {
  to << n << ':';
  for (std::uint64_t p = 2; p <= n / p; ++p) {
    for (; n % p == 0; n /= p) {
      to << ' ' << p;
    }
  }
  if (n > 1) {
    to << ' ' << n;
  }
  to << '\n';
}

// Whole lines in, whole lines out. It keeps nothing between calls, so several threads may call it at once.
ingest::batch factored(ingest::batch numbers) {
  std::istringstream from{std::string(numbers.bytes())};
  std::ostringstream to;
  for (std::uint64_t n = 0; from >> n;) {
    print_factors(n, to);
  }
  if (!from.eof()) {
    throw ingest::error(ingest::errc::bad_data, "a line of the input is no number");
  }
  numbers.data = std::make_shared<const std::string>(to.str());
  return numbers;
}

int main() {
  ingest::fd_source from(0, "standard input", 4096);  // small blocks, so that there is something to share out
  ingest::fd_sink to(1, "standard output");
  const auto lines = std::make_shared<ingest::line_transform>();
  const auto factors = std::make_shared<ingest::map_transform>(factored, ingest::calls::parallel);

  const auto result = ingest::actors::pipeline_builder().from(from).transforms({lines, factors}, 2).to(to).run();

  if (!result.ok()) {
    std::cerr << result.failure->what() << '\n';
    return result.failure->exit_code();
  }
}
