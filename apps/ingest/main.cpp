#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <cerrno>

#include <iostream>

#include "commands/command_line.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/log_output.hpp"
#include "serve/service_ties.hpp"
#include "settings/option_names.hpp"

namespace {

using namespace ingest;

/// A standard descriptor that is closed would be given to the first file that is opened: lines of the log would land in
/// the buffer, and standard input be read from it. /dev/null takes its place, opened the other way round, so that
/// whoever reads from it or writes to it is told.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    const bool closed = ::fcntl(fd, F_GETFD) < 0 && errno == EBADF;
    if (closed && ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) {
      throw error(errc::io, "a standard descriptor is closed, and /dev/null cannot be opened in its place");
    }
  }
}

/// What was to be told is told, or the exit code says that it is not.
int told(int exit_code) {
  if (!std::cout.flush()) {
    throw error(errc::io, "cannot write to standard output, so that what was to be told is not");
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  // Ranges get memory of their own, and give it back. On the heap they would leave holes between what is smaller, and a
  // long run need half as much memory again as a short one.
  ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
  try {
    app::end_with_service();
    name_options_as_settings();
    occupy_standard_descriptors();
    const auto asked = app::parse_command_line(argc, argv, std::cout);
    return told(asked ? asked->command->execute(*asked, std::cout) : 0);
  } catch (...) {
    const error e = current_error();
    log::print("ingest: " + log::redact(e.what()) + "\n");
    return e.exit_code();
  }
}
