#include "commands/command_definition.hpp"
#include "serve/pipeline_schema.hpp"
#include "serve/serve_command.hpp"
#include "serve/top_command.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "--check",
     .help = "Say which of the pipelines can be used, and what is wrong with the others, and end: 0, or 78."},
};

}  // namespace

const command_definition command_serve = {
    .command = command::serve,
    .name = name_of(command::serve),
    .help = "Run the pipelines of a folder, each by its schedule, until a signal",
    .options = options,
    .execute = [](const invocation& asked,
                  std::ostream& out) { return serve_command(settings_of(asked), asked.has("--check"), out); },
};

const command_definition command_top = {
    .command = command::top,
    .name = name_of(command::top),
    .help = "Show what a service does, on a terminal each second anew",
    .execute = [](const invocation& asked, std::ostream& out) { return top_command(settings_of(asked), out); },
};

const command_definition command_schema = {
    .command = command::schema,
    .name = name_of(command::schema),
    .help = "Print what a pipeline's file may hold, as a JSON Schema",
    .takes_settings = false,
    .execute =
        [](const invocation&, std::ostream& out) {
          out << pipeline_schema();
          return 0;
        },
};

}  // namespace ingest::app
