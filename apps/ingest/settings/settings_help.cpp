#include "settings/settings_help.hpp"

#include <algorithm>
#include <sstream>

#include "settings/setting_definition.hpp"

namespace ingest {

namespace {

constexpr std::size_t width = 100;

std::string_view placeholder(setting_type type) {
  switch (type) {
    case setting_type::integer:
      return "N";
    case setting_type::size:
      return "SIZE";
    case setting_type::duration:
      return "DURATION";
    case setting_type::boolean:
      return "[=BOOL]";
    case setting_type::choice:
      return "CHOICE";
    case setting_type::path:
      return "PATH";
    case setting_type::time:
      return "TIME";
    case setting_type::url:
    case setting_type::connection:
      return "URL";
    case setting_type::source:
      return "SOURCE";
    case setting_type::target:
      return "TARGET";
    default:
      return "TEXT";
  }
}

std::string requirement(const setting_definition& d) {
  return d.required_with.empty() ? "required" : "required with " + std::string(d.required_with);
}

/// A command that does not use the setting of the condition has its default, with which the condition holds.
std::string requirement(const setting_definition& d, command c) {
  const setting_definition* const condition = find_setting(d.required_with.substr(0, d.required_with.find('=')));
  return condition != nullptr && condition->used_by(c) ? requirement(d) : "required";
}

std::string default_of(const setting_definition& d, command c) {
  if (!d.default_text.empty()) {
    return "default " + std::string(d.default_text);
  }
  return (d.required_for & set_of(c)) != 0 ? requirement(d, c) : "no default";
}

std::string code(std::string_view text) {
  return std::string("`").append(text).append("`");
}

std::string escaped_for_table(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') {
      escaped += '\\';
    }
    escaped += c;
  }
  return escaped;
}

std::string commands_of(const setting_definition& d) {
  std::string list;
  for (std::size_t c = 0; c < names_of_commands.size(); ++c) {
    if (d.used_by(static_cast<command>(c))) {
      list += (list.empty() ? "" : ", ") + std::string(names_of_commands.at(c));
    }
  }
  return list;
}

}  // namespace

std::string setting_title(const setting_definition& d, bool has_flag) {
  const std::string flag = has_flag ? d.flag() : "";
  if (flag.empty()) {
    return "(no flag) " + std::string(d.name);
  }
  return flag + (d.type == setting_type::boolean ? "" : " ") + std::string(placeholder(d.type));
}

std::string wrapped(const std::string& text, std::string_view indentation) {
  std::ostringstream out;
  std::istringstream words(text);
  std::size_t column = 0;
  for (std::string word; words >> word;) {
    if (column + 1 + word.size() > width) {
      out << '\n';
      column = 0;
    }
    out << (column == 0 ? indentation : " ") << word;
    column += (column == 0 ? indentation.size() : 1) + word.size();
  }
  out << '\n';
  return out.str();
}

std::string setting_rules(const setting_definition& d, command c) {
  return std::string(d.name) + "; " + d.allowed() + "; " + default_of(d, c);
}

std::string settings_help(command c, std::span<const std::string> taken) {
  std::ostringstream out;
  std::string_view section;
  for (const setting_definition& d : setting_definitions()) {
    if (!d.used_by(c)) {
      continue;
    }
    if (d.section != section) {
      section = d.section;
      out << '\n' << section << ":\n";
    }
    out << "  " << setting_title(d, std::find(taken.begin(), taken.end(), d.flag()) == taken.end()) << '\n';
    out << wrapped(std::string(d.help) + ".", "      ") << wrapped("[" + setting_rules(d, c) + "]", "      ");
  }
  return out.str();
}

std::string settings_markdown() {
  std::ostringstream out;
  out << "# Settings\n\n"
         "A setting is taken from the first of these places that has it: its flag, the environment, the env file "
         "(`.env` "
         "in the\nworking directory, or `--env-file FILE`), the config file (`--config FILE`: a JSON object whose keys "
         "are the names below in\nlower case), its default. An empty value counts as none. Sizes are in bytes and take "
         "KiB, MiB, GiB and TiB; durations are in\nmilliseconds and take ms, s, min and h. A path that begins with "
         "`~/` begins in the "
         "home directory.\n";
  std::string_view section;
  for (const setting_definition& d : setting_definitions()) {
    if (d.section != section) {
      section = d.section;
      out << "\n## " << section
          << "\n\n| Setting | Flag | Meaning | Allowed | Default | Used by |\n|---|---|---|---|---|---|\n";
    }
    const std::string flag = d.flag();
    const std::string default_text = !d.default_text.empty() ? code(d.default_text)
                                     : d.required_for != 0   ? requirement(d)
                                                             : "none";
    out << "| `" << d.name << "` | " << (flag.empty() ? "none" : code(flag)) << " | " << escaped_for_table(d.help)
        << " | " << escaped_for_table(d.allowed()) << " | " << default_text << " | " << commands_of(d) << " |\n";
  }
  return out.str();
}

}  // namespace ingest
