#include "demo_api/truth.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace demo_api {

void dump_truth(const event_store& events, const std::string& file) {
  std::ofstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary | std::ios::trunc);
  }
  std::ostream& out = file == "-" ? std::cout : opened;
  std::string lines;
  constexpr std::size_t step = 4096;
  for (std::size_t first = 0; first < events.size() && out; first += step) {
    lines.clear();
    events.append(first, std::min(first + step, events.size()), '\n', lines);
    lines += '\n';
    out.write(lines.data(), static_cast<std::streamsize>(lines.size()));
  }
  out.flush();
  if (!out) {
    throw std::runtime_error(file + ": cannot be written");
  }
}

}  // namespace demo_api
