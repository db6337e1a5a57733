#include "commands/command_help.hpp"

#include <sstream>

#include "settings/settings_help.hpp"

namespace ingest::app {

namespace {

constexpr own_option options_of_all[] = {
    {.name = "--config", .value = "FILE", .help = "Read settings from this JSON file."},
    {.name = "--env-file", .value = "FILE", .help = "Read variables from this file instead of .env."},
};

void write(std::ostream& out, const own_option& o) {
  out << "  " << o.name << (o.value.empty() ? "" : " ") << o.value << '\n' << wrapped(std::string(o.help), "      ");
}

}  // namespace

std::span<const own_option> common_options() {
  return options_of_all;
}

std::string_view exit_code_help() {
  return "0 done, 64 command line, 65 bad data, 69 API or database unavailable, 70 too many failures, 74 I/O, 75 "
         "another process holds DATA_DIR, 78 configuration, 128+n stopped by signal n.";
}

std::string program_help() {
  std::ostringstream out;
  out << "Pulls events from an API, or from files, and loads them into PostgreSQL, each exactly once.\n\n"
         "Usage: ingest COMMAND [OPTIONS]\n\nCommands:\n";
  constexpr std::size_t column = 13;
  for (const command_definition* c : commands()) {
    out << "  " << c->name << std::string(column - c->name.size(), ' ') << c->help << '\n';
  }
  out << "\nEach command explains its options: ingest run --help\n\n"
      << wrapped("Exit codes: " + std::string(exit_code_help()), "");
  return out.str();
}

std::string command_help(const command_definition& c) {
  std::ostringstream out;
  out << c.help << ".\n\nUsage: ingest " << c.name << (c.words.empty() ? "" : " ") << c.words
      << (c.takes_settings || !c.options.empty() ? " [OPTIONS]\n" : "\n");
  if (c.takes_settings || !c.options.empty()) {
    out << "\nOptions:\n";
  }
  for (const own_option& o : c.options) {
    write(out, o);
  }
  if (!c.takes_settings) {
    return out.str();
  }
  for (const own_option& o : common_options()) {
    write(out, o);
  }
  std::vector<std::string> own;
  for (const own_option& o : c.options) {
    own.emplace_back(o.name);
  }
  out << settings_help(c.command, own)
      << "\nA setting is taken from its flag, else the environment, else .env, else the config file.\n\n"
      << wrapped("Exit codes: " + std::string(exit_code_help()), "");
  return out.str();
}

}  // namespace ingest::app
