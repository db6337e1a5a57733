#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "commands/command_help.hpp"
#include "ingest/error.hpp"
#include "settings/setting_definition.hpp"

namespace ingest::app {

namespace {

struct completed_flag {
  std::string name;
  std::string value;  ///< what stands behind it; empty: nothing has to
  bool is_path = false;
  std::vector<std::string_view> choices;
  std::string help;
};

/// For a menu: one line of what is often a paragraph.
std::string in_short(std::string_view help) {
  constexpr std::size_t most = 70;
  std::size_t end = help.size();
  for (const std::string_view mark : {". ", "; ", ": ", " ["}) {
    end = std::min(end, help.find(mark));
  }
  std::string text(help.substr(0, end));
  if (text.size() > most) {
    text = text.substr(0, text.rfind(' ', most)) + " …";
  }
  std::erase_if(text, [](char c) { return c == '\'' || c == '\\'; });  // each shell escapes those in a way of its own
  return text;
}

void add_flags(std::span<const own_option> options, std::vector<completed_flag>& flags) {
  for (const own_option& o : options) {
    if (!o.is_word()) {
      flags.push_back(
          {std::string(o.name), std::string(o.value), o.value == "FILE" || o.value == "DIR", {}, in_short(o.help)});
    }
  }
}

std::vector<completed_flag> flags_of(const command_definition& c) {
  std::vector<completed_flag> flags;
  add_flags(c.options, flags);
  if (!c.takes_settings) {
    return flags;
  }
  add_flags(common_options(), flags);
  for (const setting_definition& d : setting_definitions()) {
    const bool is_own =
        std::any_of(flags.begin(), flags.end(), [&](const completed_flag& f) { return f.name == d.flag(); });
    if (d.used_by(c.command) && !d.flag().empty() && !is_own) {
      flags.push_back({d.flag(), d.type == setting_type::boolean ? "" : std::string(d.name),
                       d.type == setting_type::path, d.choices, in_short(d.help)});
    }
  }
  return flags;
}

/// What may stand first behind the command, where that is one of a few words: "show|set|reset".
std::vector<std::string> first_words_of(const command_definition& c) {
  const std::string_view first = c.words.substr(0, c.words.find(' '));
  std::vector<std::string> words;
  for (std::size_t begin = 0; first.find('|') != std::string_view::npos && begin <= first.size();) {
    const std::size_t end = std::min(first.find('|', begin), first.size());
    words.emplace_back(first.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

template <class Words>
std::string joined(const Words& words) {
  std::string all;
  for (const auto& word : words) {
    all += (all.empty() ? "" : " ") + std::string(word);
  }
  return all;
}

/// As zsh wants it between brackets.
std::string with_escapes(const std::string& help) {
  std::string made;
  for (const char c : help) {
    made += (c == '[' || c == ']' || c == ':' ? "\\" : "") + std::string(1, c);
  }
  return made;
}

std::string for_bash() {
  std::map<std::string, completed_flag> taking;
  std::ostringstream flags;
  std::string names;
  for (const command_definition* c : commands()) {
    names += (names.empty() ? "" : " ") + std::string(c->name);
    flags << "    " << c->name << ") flags='";
    for (const completed_flag& f : flags_of(*c)) {
      flags << f.name << ' ';
      if (!f.value.empty()) {
        taking.emplace(f.name, f);
      }
    }
    flags << "--help'";
    if (const auto first = first_words_of(*c); !first.empty()) {
      flags << "; [ \"$COMP_CWORD\" -ne 2 ] || [[ $word == -* ]] || words='" << joined(first) << "'";
    }
    flags << " ;;\n";
  }
  std::ostringstream out;
  out << "# bash completion of ingest, printed by `ingest completions bash`\n"
         "_ingest() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} flags='' words=''\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W '"
      << names
      << " --help --version' -- \"$word\")\n"
         "    return\n"
         "  fi\n"
         "  case ${COMP_WORDS[COMP_CWORD-1]} in\n";
  std::string of_anything;
  for (const auto& [name, f] : taking) {
    if (!f.choices.empty()) {
      out << "    " << name << ") words='" << joined(f.choices) << "' ;;\n";
    } else if (!f.is_path) {
      of_anything += (of_anything.empty() ? "" : "|") + name;
    }
  }
  out << "    " << of_anything
      << ") return ;;\n"
         "  esac\n"
         "  case ${COMP_WORDS[1]} in\n"
      << flags.str()
      << "  esac\n"
         "  if [ -n \"$words\" ]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
         "  elif [[ $word == -* ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$flags\" -- \"$word\")\n"
         "  else\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _ingest ingest\n";
  return out.str();
}

std::string for_zsh() {
  std::ostringstream out;
  out << "#compdef ingest\n"
         "# zsh completion of ingest, printed by `ingest completions zsh`\n"
         "_ingest() {\n"
         "  local -a commands=(\n";
  for (const command_definition* c : commands()) {
    out << "    "
        << "'" << c->name << ':' << in_short(c->help) << "'\n";
  }
  out << "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe command commands\n"
         "    return\n"
         "  fi\n"
         "  local command=$words[2]\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $command in\n";
  for (const command_definition* c : commands()) {
    out << "    " << c->name << ")\n      _arguments";
    for (const completed_flag& f : flags_of(*c)) {
      const std::string value = f.value.empty()      ? ""
                                : f.is_path          ? ":file:_files"
                                : !f.choices.empty() ? ":value:(" + joined(f.choices) + ")"
                                                     : ":value: ";
      out << " \\\n        '" << f.name << '[' << with_escapes(f.help) << ']' << value << "'";
    }
    if (const auto first = first_words_of(*c); !first.empty()) {
      out << " \\\n        '1:action:(" << joined(first) << ")'";
    }
    out << " \\\n        '*:file:_files'\n      ;;\n";
  }
  out << "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _ingest ]; then\n"
         "  _ingest \"$@\"\n"
         "else\n"
         "  compdef _ingest ingest\n"
         "fi\n";
  return out.str();
}

std::string for_fish() {
  std::ostringstream out;
  out << "# fish completion of ingest, printed by `ingest completions fish`\n";
  for (const command_definition* c : commands()) {
    out << "complete -c ingest -f -n __fish_use_subcommand -a " << c->name << " -d "
        << "'" << in_short(c->help) << "'\n";
    if (const auto first = first_words_of(*c); !first.empty()) {
      out << "complete -c ingest -f -n '__fish_seen_subcommand_from " << c->name << "' -a '" << joined(first) << "'\n";
    }
    for (const completed_flag& f : flags_of(*c)) {
      out << "complete -c ingest -n '__fish_seen_subcommand_from " << c->name << "' -l " << f.name.substr(2)
          << (f.value.empty() ? ""
              : f.is_path     ? " -r -F"
                              : " -x")
          << (f.choices.empty() ? "" : " -a '" + joined(f.choices) + "'") << " -d "
          << "'" << f.help << "'\n";
    }
  }
  return out.str();
}

constexpr own_option options[] = {{.name = "SHELL", .help = "bash, zsh or fish."}};

int execute(const invocation& asked, std::ostream& out) {
  const std::string shell = asked.text("SHELL");
  if (shell != "bash" && shell != "zsh" && shell != "fish") {
    throw error(errc::usage, "say for which shell: ingest completions bash, zsh or fish");
  }
  out << (shell == "bash" ? for_bash() : shell == "zsh" ? for_zsh() : for_fish());
  return 0;
}

}  // namespace

const command_definition command_completions = {
    .command = command::version,
    .name = "completions",
    .help = "Print what completes these commands and their flags in a shell",
    .words = "bash|zsh|fish",
    .options = options,
    .takes_settings = false,
    .execute = execute,
};

}  // namespace ingest::app
