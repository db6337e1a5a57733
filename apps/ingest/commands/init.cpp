#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "commands/command_definition.hpp"
#include "from/connector.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "log/log_output.hpp"
#include "rest/answers/failed_request.hpp"
#include "rest/document/manifest_report.hpp"
#include "rest/document/settings/settings_draft.hpp"
#include "rest/exploration/exploration.hpp"
#include "rest/recordings/stream_reader.hpp"
#include "rest/requests/http_connections.hpp"

namespace ingest::app {

namespace {

constexpr std::size_t pages_read = 2;

constexpr own_option options[] = {
    {.name = "URL",
     .help = "A list of records, with the parameters that it needs. Asked are a dozen requests, 14 at most, GET only, "
             "one at a time. What was seen, and what is a guess, the file says in its comments."},
    {.name = "--from-manifest",
     .value = "FILE",
     .help = "Asks nobody: the settings that FILE wants of a connection, to be filled in for --connector-config."},
    {.name = "--into",
     .value = "FILE",
     .help = "What is written; it must not be there yet. Without it, standard output."},
    {.name = "--header",
     .value = "'NAME: VALUE'",
     .help =
         "A header of each request; may be repeated. ${VARIABLE} in a header, or in the query of the URL, is one of "
         "the environment, and stays so in the file: --header 'Authorization: Bearer ${TOKEN}'. A secret itself is "
         "refused.",
     .repeats = true},
};

struct init_order {
  std::string address;               ///< of the API's stream, with the parameters that it needs
  std::vector<std::string> headers;  ///< "Name: value"
  std::filesystem::path into;        ///< empty: the file goes to standard output
  std::filesystem::path manifest;    ///< no API, but the connector whose settings are to be drafted
};

rest::asked_api asked_api_of(const init_order& order) {
  rest::asked_api api =
      rest::parse_asked_api(order.address, order.headers, [](const std::string& name) -> std::optional<std::string> {
        const char* const found = std::getenv(name.c_str());
        return found == nullptr ? std::nullopt : std::optional<std::string>(found);
      });
  for (const rest::asked_credential& one : api.credentials) {
    log::add_secret(one.value);
    log::add_secret(one.value.substr(one.value.find(' ') + 1));  // behind "Bearer"
  }
  return api;
}

/// What the file reads, and what is wrong with it.
struct reading {
  rest::stream_transcript read = {};
  std::string problem = {};  ///< empty: none
  int exit_code = 0;
};

std::string on_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return log::redact(text);
}

void write(const std::string& text, const init_order& order, std::ostream& out) {
  if (order.into.empty()) {
    out << text;
    return;
  }
  const auto made = posix_file_system().create(order.into);
  made->append(text);
  made->sync();
}

int draft_settings(const init_order& order, std::ostream& out) {
  const std::string file = on_one_line(order.manifest.string());
  const std::string command =
      file + " --connector-config " + (order.into.empty() ? "FILE" : on_one_line(order.into.string()));
  const rest::manifest from = rest::prepared_manifest(rest::read_document(order.manifest.string()));
  write("# Drafted by `ingest init` from what " + file +
            " says of the settings of a connection.\n"
            "# Fill in what has nothing behind its colon. A # right before a name, or in front of a block, takes out "
            "what\n"
            "# need not be said.\n"
            "# ${NAME} is a variable of the environment, ${file:/path} what a file holds. Then:\n"
            "#   ingest validate " +
            command + "\n#   ingest run " + command + "\n\n" + rest::drafted_settings(from),
        order, out);
  return 0;
}

/// Writes a connector in the short spelling, which was checked as `validate` does it and by which two pages were read
/// as a run does it. Where they are not what was seen, or the run would end with an error, the file says so in its
/// beginning, and that error's exit code is returned.
class init_session {
 public:
  init_session(const settings& s, const init_order& order)
      : settings_(s),
        order_(order),
        api_(asked_api_of(order)),
        transport_(std::make_shared<rest::polite_transport>(
            std::make_shared<rest::http_connections>(connector_options_of(s).client), rest::politeness())) {}

  int run(std::ostream& out) {
    const rest::explored_api explored = explore();
    const reading came = read_by(explored);
    write(came.problem.empty() ? explored.text : "# NOT TO BE RUN AS IT IS: " + came.problem + "\n" + explored.text,
          order_, out);
    tell(explored, came, out);
    return came.exit_code;
  }

 private:
  rest::explored_api explore() {
    rest::api_questions questions(api_, transport_, {});
    try {
      return rest::explore(questions, "Written by `ingest init`, by");
    } catch (const rest::request_failure& e) {
      if (e.code() != errc::authentication) {
        throw;
      }
      throw error(errc::authentication,
                  std::string(e.what()) +
                      ". Give them as variables of the environment: --header 'Authorization: Bearer "
                      "${TOKEN}', --header 'X-Api-Key: ${KEY}', or in the address: '?api_key=${KEY}'");
    }
  }

  /// By the code that checks and reads connectors of people.
  reading read_by(const rest::explored_api& explored) {
    reading came;
    try {
      const std::string name = order_.into.empty() ? "the file" : order_.into.string();
      rest::manifest made = rest::prepared_manifest(rest::parse_document(explored.text, name));
      const rest::manifest_report report = rest::report_of(made);
      if (!report.verdict.runs()) {
        throw error(errc::internal, "what was written does not run; report this: " + rest::to_text(report), false);
      }
      connector_setup setup = set_up_connector(settings_, std::move(made), {});
      setup.options.transport = transport_;
      setup.options.patience.max_attempts = 2;  // there are few requests left, and the reason is to be told
      const rest::connector from(std::move(setup.source), std::move(setup.config), std::move(setup.options));
      came.read = rest::read_stream(from.open(from.find(explored.stream)),
                                    {pages_read, std::chrono::system_clock::now(), [](const std::string&) {}}, {});
      if (const std::string difference = rest::difference_from(explored, came.read.records); !difference.empty()) {
        throw error(errc::bad_data,
                    "what is read by this file is not what was seen, so that something in it is wrong, or "
                    "the API's records have changed meanwhile: " +
                        difference);
      }
    } catch (...) {
      const error e = current_error();
      came.problem = on_one_line(e.what());
      came.exit_code = e.exit_code();
    }
    return came;
  }

  void tell(const rest::explored_api& explored, const reading& came, std::ostream& out) const {
    const std::string file = order_.into.empty() ? "" : order_.into.string() + ": ";
    const std::string told = came.problem.empty() ? file + "stream " + explored.stream + ", " +
                                                        std::to_string(came.read.records.size()) +
                                                        " records read by it as they were seen" +
                                                        (explored.pages_are_known ? "" : "; no second page was seen") +
                                                        "; " + std::to_string(transport_->sent()) + " requests\n"
                                                  : "ingest: " + file + came.problem + "\n";
    if (order_.into.empty() || !came.problem.empty()) {
      log::print(told);
    } else {
      out << told;
    }
  }

  const settings& settings_;
  const init_order& order_;
  rest::asked_api api_;
  std::shared_ptr<rest::polite_transport> transport_;
};

/// What is to be told beside the file goes to standard error, and to `out` where the file does not.
int execute(const invocation& asked, std::ostream& out) {
  const init_order order{asked.text("URL"), asked.texts("--header"), asked.text("--into"),
                         asked.text("--from-manifest")};
  const bool of_api = !order.address.empty();
  if (of_api != order.manifest.empty() || (!of_api && !order.headers.empty())) {
    throw error(errc::usage,
                "say which API: ingest init https://api.example.com/v1/orders, or, for the settings of a manifest, "
                "ingest init --from-manifest manifest.yaml (see ingest init --help)");
  }
  const settings s = settings_of(asked);
  if (!order.into.empty() && posix_file_system().exists(order.into)) {
    throw error(errc::config, order.into.string() + " is there already, and is not written over: name another file");
  }
  return order.manifest.empty() ? init_session(s, order).run(out) : draft_settings(order, out);
}

}  // namespace

const command_definition command_init = {
    .command = command::init,
    .name = name_of(command::init),
    .help = "Ask an API a few questions and write a connector for it; or draft a manifest's settings",
    .words = "URL | --from-manifest FILE",
    .options = options,
    .execute = execute,
};

}  // namespace ingest::app
