#include <rapidjson/document.h>

#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "serve/pipeline_schema.hpp"
#include "serve/serve_command.hpp"
#include "serve/service_client.hpp"
#include "serve/top_command.hpp"
#include "until_signal.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "--check",
     .help = "Say which of the pipelines can be used, and what is wrong with the others, and end: 0, or 78."},
};

/// What a service does not take of its folder, it says once it has read it.
int reload(const invocation& asked, std::ostream& out) {
  service_client service(settings_of(asked));
  std::string told;
  const int signal = until_signal([&](const std::stop_token& stop) {
    service.post("/api/reload", stop);
    told = service.get("/readyz", stop);
  });
  if (signal != 0) {
    return signal;
  }
  rapidjson::Document ready;
  ready.Parse(told.data(), told.size());
  if (!ready.IsObject() || !ready.HasMember("reasons") || !ready["reasons"].IsArray()) {
    throw error(errc::bad_data, "what answers is no service: " + told);
  }
  const auto reasons = ready["reasons"].GetArray();
  for (const auto& reason : reasons) {
    out << (reason.IsString() ? reason.GetString() : "") << '\n';
  }
  out << (reasons.Empty() ? "the folder is read anew\n" : "the folder is read anew, but for that\n");
  return reasons.Empty() ? 0 : exit_code_of(errc::config);
}

}  // namespace

const command_definition command_reload = {
    .command = command::top,
    .name = "reload",
    .help = "Let a service read its folder anew, as SIGHUP does; says what it refuses",
    .execute = reload,
};

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
