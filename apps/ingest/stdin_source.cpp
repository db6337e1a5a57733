#include "stdin_source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "ingest/error.hpp"

namespace ingest::app {

namespace {

// What comes out of a pipe at once: larger blocks would be memory that nobody fills.
constexpr std::size_t pipe_bytes = 64 << 10;

}  // namespace

void check_standard_input() {
  const int flags = ::fcntl(STDIN_FILENO, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY) {
    throw error(errc::config, "standard input is closed, so there is nothing to read: pipe the records in");
  }
}

stdin_source::stdin_source(std::shared_ptr<std::atomic<bool>> read_before, bool set_aside)
    : read_before_(std::move(read_before)),
      input_(STDIN_FILENO, "standard input", {.batch_bytes = pipe_bytes, .set_aside = set_aside}) {}

void stdin_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  check_standard_input();
  if (position || read_before_->exchange(true)) {
    throw error(errc::config,
                "standard input was read in part and cannot be read again: begin anew, with the whole input");
  }
  input_.open(std::nullopt, std::move(stop));
}

}  // namespace ingest::app
