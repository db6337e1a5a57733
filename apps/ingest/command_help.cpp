#include "command_help.hpp"

#include <sstream>

#include "settings/setting_definition.hpp"
#include "settings/settings_help.hpp"

namespace ingest::app {

namespace {

constexpr command_description descriptions[] = {
    {command::run, "run",
     "Take events from where FROM says to where TO says, as from an API into a database; resumes what was begun"},
    {command::run, "read", "Print the records of a connector's streams, a line of JSON each: run with TO=stdout", true},
    {command::serve, "serve", "Run the pipelines of a folder, each by its schedule, until a signal"},
    {command::top, "top", "Show what a service does, on a terminal each second anew"},
    {command::schema, "schema", "Print what a pipeline's file may hold, as a JSON Schema"},
    {command::fetch, "fetch", "Take events from where FROM says into the buffer in DATA_DIR only"},
    {command::load, "load", "Load what the buffer in DATA_DIR holds into the database only; takes neither FROM nor TO"},
    {command::status, "status", "Show how far the run in DATA_DIR is, while it goes on or afterwards"},
    {command::validate, "validate", "Check the settings, DATA_DIR, where events come from and where they go"},
    {command::init, "init", "Ask an API a few questions and write a connector for it; or draft a manifest's settings"},
    {command::record, "record", "Keep what an API answers to a connector, without its secrets, for tests: --into DIR"},
    {command::test, "test", "Read a connector's streams from what was recorded, and compare what comes of it"},
    {command::discover, "discover",
     "Print what the streams of a connector become, or the statement that makes a view of TABLE"},
    {command::version, "version", "Print the version"},
};

constexpr std::string_view exit_codes =
    "\nExit codes: 0 done, 64 command line, 65 bad data, 69 API or database unavailable, 70 too many\n"
    "failures, 74 I/O, 75 another process holds DATA_DIR, 78 configuration, 128+n stopped by signal n.\n";

constexpr std::string_view common_options =
    "\nOptions:\n"
    "  --config FILE\n      Read settings from this JSON file.\n"
    "  --env-file FILE\n      Read variables from this file instead of .env.\n";

}  // namespace

std::span<const command_description> command_descriptions() {
  return descriptions;
}

std::string program_help() {
  std::ostringstream out;
  out << "Pulls events from an API, or from files, and loads them into PostgreSQL, each exactly once.\n\n"
         "Usage: ingest COMMAND [OPTIONS]\n\nCommands:\n";
  for (const command_description& c : descriptions) {
    out << "  " << c.name << std::string(10 - c.name.size(), ' ') << c.help << '\n';
  }
  out << "\nEach command explains its options: ingest run --help\n" << exit_codes;
  return out.str();
}

std::string command_help(const command_description& c) {
  std::ostringstream out;
  const bool takes_file = find_setting("FROM")->used_by(c.command);
  const bool may_have_file = takes_file || c.command == command::discover;
  out << c.help << ".\n\nUsage: ingest " << c.name
      << (c.command == command::test   ? " DIR"
          : c.command == command::init ? " URL | --from-manifest FILE"
          : may_have_file              ? " [FILE]"
                                       : "")
      << " [OPTIONS]\n"
      << (takes_file ? "\nFILE is the manifest of a connector: the same as --from connector:FILE.\n" : "");
  if (c.command == command::version || c.command == command::schema) {
    return out.str();
  }
  out << common_options;
  if (c.command == command::status) {
    out << "  --json\n      Print the status as JSON.\n";
  } else if (c.command == command::discover) {
    out << "  FILE\n      Of a connector, its manifest or short spelling: tables, columns, keys, dispositions. Asks "
           "the API "
           "for\n"
           "      first records where the file has no schema.\n"
           "  --ddl\n      Print that as CREATE TABLE.\n"
           "  --json\n      Print that as JSON.\n"
           "  --view\n      Print a CREATE VIEW of TABLE, a column for each field that its records have.\n";
  } else if (c.command == command::record) {
    out << "  --into DIR\n      The directory for the recording; one that is there is replaced.\n"
           "  --limit N\n      The most pages of a stream; 0: all. [100]\n";
  } else if (c.command == command::init) {
    out << "  URL\n      A list of records, with the parameters that it needs. Asked are a dozen requests, 14 at most, "
           "GET "
           "only,\n"
           "      one at a time. What was seen, and what is a guess, the file says in its comments.\n"
           "  --from-manifest FILE\n      Asks nobody: the settings that FILE wants of a connection, to be filled in "
           "for\n"
           "      --connector-config.\n"
           "  --into FILE\n      What is written; it must not be there yet. Without it, standard output.\n"
           "  --header 'NAME: VALUE'\n      A header of each request; may be repeated. ${VARIABLE} in a header, or in "
           "the query of the\n"
           "      URL, is one of the environment, and stays so in the file: --header 'Authorization: Bearer\n"
           "      ${TOKEN}'. A secret itself is refused.\n";
  } else if (c.command == command::serve) {
    out << "  --check\n      Say which of the pipelines can be used, and what is wrong with the others, and end: 0, or "
           "78.\n";
  } else if (c.command == command::test) {
    out << "  --manifest FILE\n      The connector, if it is not where it was when it was recorded.\n"
           "  --fault STREAM:N=FAULT\n      In place of the Nth recorded answer comes once: 429, cut, slow (no answer "
           "in\n"
           "      time) or expired (401). What is read must be the same. May be repeated; DIR/faults.yaml\n"
           "      has those that always come: {orders: {3: 429}}.\n"
           "  --update\n      Take what comes out for what is expected from now on.\n";
  } else if (c.command == command::validate) {
    out << "  MANIFEST --offline\n      Check an Airbyte low-code manifest instead, a file of YAML or JSON: which of "
           "its\n"
           "      streams run here, and what is wrong or lacking in it, by lines. Asks no API.\n"
           "  --json\n      Print that as JSON.\n";
  } else {
    out << "  --fresh\n      Forget the run in DATA_DIR and begin anew; its rejected rows are kept.\n"
           "  --yes\n      With --fresh: even if DATA_DIR holds something.\n";
  }
  out << settings_help(c.command)
      << "\nA setting is taken from its flag, else the environment, else .env, else the config file.\n"
      << exit_codes;
  return out.str();
}

}  // namespace ingest::app
