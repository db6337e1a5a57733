#include "commands/man_page.hpp"

#include <sstream>

#include "commands/command_help.hpp"
#include "ingest/version.hpp"
#include "settings/setting_definition.hpp"
#include "settings/settings_help.hpp"

namespace ingest::app {

namespace {

/// What man(7) takes for the characters themselves.
std::string literal(std::string_view text) {
  std::string made;
  for (const char c : text) {
    made += c == '\\' ? "\\e" : c == '-' ? "\\-" : c == '\'' ? "\\(aq" : std::string(1, c);
  }
  return made.starts_with('.') ? "\\&" + made : made;
}

std::string tagged(const std::string& tag, std::string_view text) {
  const bool ends = text.ends_with('.') || text.ends_with(']');
  return ".TP\n.B " + literal(tag) + "\n" + literal(text) + (ends ? "\n" : ".\n");
}

void write_options(std::ostream& out, std::span<const own_option> options) {
  for (const own_option& o : options) {
    out << tagged(std::string(o.name) + (o.value.empty() ? "" : " ") + std::string(o.value), o.help);
  }
}

void write_commands(std::ostream& out) {
  out << ".SH COMMANDS\n";
  for (const command_definition* c : commands()) {
    out << tagged(std::string(c->name) + (c->words.empty() ? "" : " ") + std::string(c->words), c->help);
    if (!c->options.empty()) {
      out << ".RS\n";
      write_options(out, c->options);
      out << ".RE\n";
    }
  }
}

void write_settings(std::ostream& out) {
  out << ".SH SETTINGS\n"
         "A setting is taken from its flag, else the environment, else\n.IR .env ,\nelse the file that\n.B "
         "\\-\\-config\nnames. Which of them a command takes, its\n.B \\-\\-help\nsays.\n";
  std::string_view section;
  for (const setting_definition& d : setting_definitions()) {
    if (d.section != section) {
      section = d.section;
      out << ".SS " << literal(section) << '\n';
    }
    out << tagged(setting_title(d), d.help) << ".br\n[" << literal(setting_rules(d, command::run)) << "]\n";
  }
}

}  // namespace

std::string man_page() {
  std::ostringstream out;
  out << ".TH INGEST 1 \"\" \"ingest " << version()
      << "\" \"User Commands\"\n"
         ".SH NAME\ningest \\- pull records from an API and load them into PostgreSQL, each exactly once\n"
         ".SH SYNOPSIS\n.B ingest\n.I COMMAND\n.RI [ OPTIONS ]\n"
         ".SH DESCRIPTION\n"
         "Pulls events from an API, or from files, and loads them into PostgreSQL, each exactly once. What is begun is "
         "gone on with after any stop.\n";
  write_commands(out);
  out << ".SH OPTIONS OF MOST COMMANDS\n";
  write_options(out, common_options());
  write_settings(out);
  out << ".SH EXIT STATUS\n"
      << literal(exit_code_help())
      << "\n.SH FILES\n"
         ".TP\n.I /etc/ingest/pipelines.d\nThe pipelines of the service, a file for each.\n"
         ".TP\n.I /etc/ingest/ingest.env\nVariables of the service.\n"
         ".TP\n.I /var/lib/ingest\nWhat outlives the service.\n"
         ".SH SEE ALSO\n.BR systemctl (1),\n.I /usr/share/doc/ingest\n";
  return out.str();
}

}  // namespace ingest::app
