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

constexpr command_set working = set_of(command::run) | set_of(command::fetch) | set_of(command::load);
constexpr command_set without_settings = set_of(command::version) | set_of(command::schema);

const option_description options[] = {
    {~without_settings, "--config", "FILE", "Read settings from this JSON file"},
    {~without_settings, "--env-file", "FILE", "Read variables from this file instead of .env"},
    {set_of(command::status), "--json", "", "Print the status as JSON"},
    {set_of(command::discover), "FILE", "",
     "Of a connector, its manifest or short spelling: tables, columns, keys, dispositions. Asks the API for first "
     "records "
     "where the file has no schema"},
    {set_of(command::discover), "--ddl", "", "Print that as CREATE TABLE"},
    {set_of(command::discover), "--json", "", "Print that as JSON"},
    {set_of(command::discover), "--view", "",
     "Print a CREATE VIEW of TABLE, a column for each field that its records have"},
    {set_of(command::record), "--into", "DIR", "The directory for the recording; one that is there is replaced"},
    {set_of(command::record), "--limit", "N", "The most pages of a stream; 0: all. [100]"},
    {set_of(command::init), "URL", "",
     "A list of records, with the parameters that it needs. Asked are a dozen requests, 14 at most, GET only, one at a "
     "time. What was seen, and what is a guess, the file says in its comments"},
    {set_of(command::init), "--from-manifest", "FILE",
     "Asks nobody: the settings that FILE wants of a connection, to be filled in for --connector-config"},
    {set_of(command::init), "--into", "FILE", "What is written; it must not be there yet. Without it, standard output"},
    {set_of(command::init), "--header", "'NAME: VALUE'",
     "A header of each request; may be repeated. ${VARIABLE} in a header, or in the query of the URL, is one of the "
     "environment, and stays so in the file: --header 'Authorization: Bearer ${TOKEN}'. A secret itself is refused"},
    {set_of(command::serve), "--check", "",
     "Say which of the pipelines can be used, and what is wrong with the others, and end: 0, or 78"},
    {set_of(command::test), "DIR", "", "The recording"},
    {set_of(command::test), "--manifest", "FILE", "The connector, if it is not where it was when it was recorded"},
    {set_of(command::test), "--fault", "STREAM:N=FAULT",
     "In place of the Nth recorded answer comes once: 429, cut, slow (no answer in time) or expired (401). What is "
     "read "
     "must be the same. May be repeated; DIR/faults.yaml has those that always come: {orders: {3: 429}}"},
    {set_of(command::test), "--update", "", "Take what comes out for what is expected from now on"},
    {set_of(command::validate), "--offline", "",
     "Check an Airbyte low-code manifest, FILE, instead: which of its streams run here, and what is wrong or lacking "
     "in "
     "it, by lines. Asks no API"},
    {set_of(command::validate), "--json", "", "Print that as JSON"},
    {working, "--fresh", "", "Forget the run in DATA_DIR and begin anew; its rejected rows are kept"},
    {working, "--yes", "", "With --fresh: even if DATA_DIR holds something"},
};

}  // namespace

std::span<const command_description> command_descriptions() {
  return descriptions;
}

std::span<const option_description> option_descriptions() {
  return options;
}

bool takes_settings(command c) {
  return (without_settings & set_of(c)) == 0;
}

std::string_view exit_code_help() {
  return "0 done, 64 command line, 65 bad data, 69 API or database unavailable, 70 too many failures, 74 I/O, 75 "
         "another "
         "process holds DATA_DIR, 78 configuration, 128+n stopped by signal n.";
}

std::string words_of(const command_description& c) {
  switch (c.command) {
    case command::test:
      return "DIR";
    case command::init:
      return "URL | --from-manifest FILE";
    default:
      return find_setting("FROM")->used_by(c.command) || c.command == command::discover ? "[FILE]" : "";
  }
}

std::string program_help() {
  std::ostringstream out;
  out << "Pulls events from an API, or from files, and loads them into PostgreSQL, each exactly once.\n\n"
         "Usage: ingest COMMAND [OPTIONS]\n\nCommands:\n";
  constexpr std::size_t column = 10;
  for (const command_description& c : descriptions) {
    out << "  " << c.name << std::string(column - c.name.size(), ' ') << c.help << '\n';
  }
  out << "\nEach command explains its options: ingest run --help\n"
         "What completes them in a shell: ingest completions bash, zsh or fish\n\n"
      << wrapped("Exit codes: " + std::string(exit_code_help()), "");
  return out.str();
}

std::string command_help(const command_description& c) {
  std::ostringstream out;
  const std::string words = words_of(c);
  out << c.help << ".\n\nUsage: ingest " << c.name << (words.empty() ? "" : " ") << words
      << (takes_settings(c.command) ? " [OPTIONS]\n" : "\n");
  if (find_setting("FROM")->used_by(c.command)) {
    out << "\nFILE is the manifest of a connector: the same as --from connector:FILE.\n";
  }
  if (!takes_settings(c.command)) {
    return out.str();
  }
  out << "\nOptions:\n";
  for (const option_description& o : options) {
    if ((o.commands & set_of(c.command)) != 0) {
      out << "  " << o.name << (o.value.empty() ? "" : " ") << o.value << '\n'
          << wrapped(std::string(o.help) + ".", "      ");
    }
  }
  out << settings_help(c.command)
      << "\nA setting is taken from its flag, else the environment, else .env, else the config file.\n\n"
      << wrapped("Exit codes: " + std::string(exit_code_help()), "");
  return out.str();
}

}  // namespace ingest::app
