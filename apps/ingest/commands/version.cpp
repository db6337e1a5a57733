#include "ingest/version.hpp"

#include "commands/command_definition.hpp"

namespace ingest::app {

const command_definition command_version = {
    .command = command::version,
    .name = name_of(command::version),
    .help = "Print the version",
    .takes_settings = false,
    .execute =
        [](const invocation&, std::ostream& out) {
          out << "ingest " << version() << '\n';
          return 0;
        },
};

}  // namespace ingest::app
