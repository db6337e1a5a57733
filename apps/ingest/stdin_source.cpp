#include "stdin_source.hpp"

#include <unistd.h>

#include <utility>

namespace ingest::app {

stdin_source::stdin_source(std::shared_ptr<std::atomic<bool>> read_before)
    : read_before_(std::move(read_before)), input_(STDIN_FILENO, "standard input") {}

void stdin_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  if (position || read_before_->exchange(true)) {
    throw error(errc::config,
                "standard input was read in part and cannot be read again: begin anew, with the whole input");
  }
  input_.open(std::nullopt, std::move(stop));
}

std::optional<batch> stdin_source::read() {
  std::optional<batch> lines;
  while (!lines && !ended_) {
    if (auto block = input_.read()) {
      lines = lines_.apply(std::move(*block));
    } else {
      ended_ = true;
      lines = lines_.finish();
    }
  }
  if (lines) {
    offset_ += lines->bytes().size();
    lines->position = std::to_string(offset_);
  }
  return lines;
}

}  // namespace ingest::app
