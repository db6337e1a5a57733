#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <cerrno>

#include <iostream>

#include "command_line.hpp"
#include "connector_run.hpp"
#include "discover_command.hpp"
#include "discover_connector.hpp"
#include "ingest/log.hpp"
#include "ingest/version.hpp"
#include "init_command.hpp"
#include "log/log_output.hpp"
#include "process_run.hpp"
#include "record_command.hpp"
#include "run_command.hpp"
#include "serve/pipeline_schema.hpp"
#include "serve/serve_command.hpp"
#include "serve/service_ties.hpp"
#include "serve/top_command.hpp"
#include "settings/option_names.hpp"
#include "status_command.hpp"
#include "test_command.hpp"
#include "validate_command.hpp"
#include "validate_manifest.hpp"

namespace {

using namespace ingest;

void configure_log(const settings& s) {
  const bool text = s.log_format == log_format_choice::text ||
                    (s.log_format == log_format_choice::automatic && ::isatty(STDERR_FILENO) == 1);
  log::configure(text ? log::format::text : log::format::json, s.log_level);
}

int execute(const app::invocation& asked) {
  if (asked.command == command::version) {
    std::cout << "ingest " << version() << '\n';
    return 0;
  }
  if (asked.command == command::schema) {
    std::cout << app::pipeline_schema();
    return 0;
  }
  if (asked.command == command::validate && asked.offline) {
    return app::validate_manifest(asked.manifest, asked.json, std::cout);
  }
  if (asked.command == command::validate) {
    return app::validate_command(asked.sources, std::cout);
  }
  if (asked.command == command::discover && !asked.manifest.empty()) {
    const settings s = load_settings(asked.sources, command::run);
    configure_log(s);
    return app::discover_connector(s,
                                   asked.ddl    ? app::discovery_form::ddl
                                   : asked.json ? app::discovery_form::json
                                                : app::discovery_form::text,
                                   std::cout);
  }
  const settings s = load_settings(asked.sources, asked.command);
  configure_log(s);
  if (asked.command == command::status) {
    return app::status_command(s, asked.json, std::cout);
  }
  if (asked.command == command::discover) {
    return app::discover_command(s, std::cout);
  }
  if (asked.command == command::init) {
    return app::init_command(s, {asked.address, asked.headers, asked.into, asked.from_manifest}, std::cout);
  }
  if (asked.command == command::serve) {
    return app::serve_command(s, asked.check, std::cout);
  }
  if (asked.command == command::top) {
    return app::top_command(s, std::cout);
  }
  if (asked.command == command::record) {
    return app::record_command(s, {asked.directory, asked.limit}, std::cout);
  }
  if (asked.command == command::test) {
    return app::test_command(s, {asked.directory, asked.manifest, asked.faults, asked.update}, std::cout);
  }
  app::check_fresh(s, asked.fresh, asked.yes);
  if (s.from.what == source_choice::kind::connector && asked.command != command::load) {
    return app::run_connector(s, asked.command, asked.fresh);
  }
  if (s.from.is_process() && asked.command != command::load) {
    return app::run_process(s, asked.command, asked.fresh);
  }
  return app::run_command(s, asked.command, asked.fresh);
}

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
    return told(asked ? execute(*asked) : 0);
  } catch (...) {
    const error e = current_error();
    log::print("ingest: " + log::redact(e.what()) + "\n");
    return e.exit_code();
  }
}
