#include <unistd.h>

#include <memory>

#include "ingest/sinks/fd_sink.hpp"
#include "to/to.hpp"

namespace ingest::app {

const to_kind to_stdout = {
    .place = [](const settings&) { return std::string("standard output"); },
    .sinks = [](const settings&) -> sink_factory {
      return [](std::size_t) { return std::make_unique<fd_sink>(STDOUT_FILENO, "standard output"); };
    },
};

}  // namespace ingest::app
