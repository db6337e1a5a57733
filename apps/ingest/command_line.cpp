#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "command_help.hpp"
#include "completions.hpp"
#include "core/nearest_name.hpp"
#include "man_page.hpp"
#include "metrics_help.hpp"
#include "rest/document/component_docs.hpp"
#include "settings/setting_definition.hpp"
#include "settings/settings_help.hpp"

namespace ingest::app {

namespace {

bool works(command c) {
  return c == command::run || c == command::fetch || c == command::load;
}

/// Whether a connector may be named behind it.
bool reads(command c) {
  return find_setting("FROM")->used_by(c);
}

/// A word that is no flag and no command, but a file that a connector may be in.
bool is_manifest(const std::string& word) {
  const auto ends = [&word](std::string_view with) { return word.ends_with(with); };
  return ends(".yaml") || ends(".yml") || ends(".json") || word.find('/') != std::string::npos;
}

/// A command with the flags of the settings that it uses.
class subcommand {
 public:
  subcommand(CLI::App& program, const command_description& description, invocation& asked)
      : description_(description), asked_(asked), cli_(program.add_subcommand(std::string(description.name))) {
    cli_->allow_extras();
    if (!takes_settings(description.command)) {
      return;
    }
    cli_->add_option("--config", asked.sources.config_file)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    cli_->add_option("--env-file", asked.sources.env_file)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    if (description.command == command::status) {
      cli_->add_flag("--json", asked.json);
    }
    if (description.command == command::discover) {
      cli_->add_flag("--view", asked.view);
      cli_->add_flag("--ddl", asked.ddl);
      cli_->add_flag("--json", asked.json);
    }
    if (reads(description.command) || description.command == command::discover) {
      file_ = cli_->add_option("FILE");
    }
    if (description.command == command::validate) {
      cli_->add_flag("--offline", asked.offline);
      cli_->add_flag("--json", asked.json);
    }
    if (description.command == command::record) {
      cli_->add_option("--into", asked.directory);
      cli_->add_option("--limit", asked.limit);
    }
    if (description.command == command::init) {
      cli_->add_option("URL", asked.address);
      cli_->add_option("--from-manifest", asked.from_manifest)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      cli_->add_option("--into", asked.into)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      cli_->add_option("--header", asked.headers)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    if (description.command == command::serve) {
      cli_->add_flag("--check", asked.check);
    }
    if (description.command == command::test) {
      cli_->add_option("DIR", asked.directory);
      cli_->add_option("--manifest", asked.manifest);
      cli_->add_option("--fault", asked.faults)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      cli_->add_flag("--update", asked.update);
    }
    if (works(description.command)) {
      cli_->add_flag("--fresh", asked.fresh);
      cli_->add_flag("--yes", asked.yes);
    }
    require_descriptions();
    for (const setting_definition& d : setting_definitions()) {
      if (d.used_by(description.command) && !d.flag().empty()) {
        add(d);
      }
    }
  }

  bool parsed() const { return cli_->parsed(); }
  const command_description& description() const { return description_; }

  /// The names of all its flags.
  std::vector<std::string> flags() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : cli_->get_options()) {
      names.push_back(option->get_name());
    }
    return names;
  }

  /// The word behind the command, if it is no manifest.
  std::optional<std::string> odd_word() const {
    const bool given = file_ != nullptr && file_->count() > 0;
    return given && !is_manifest(file_->results().back()) ? std::optional(file_->results().back()) : std::nullopt;
  }

  /// Puts what was given into the invocation.
  void take() const {
    asked_.command = description_.command;
    if (file_ != nullptr && file_->count() > 0) {
      asked_.manifest = file_->results().back();
      asked_.sources.flags["FROM"] = "connector:" + file_->results().back();
      if (description_.command == command::discover) {
        asked_.sources.flags["TO"] = "stdout";  // so that no database is needed
      }
    }
    if (description_.to_stdout) {
      asked_.sources.flags["TO"] = "stdout";
    }
    for (const auto& [definition, option] : options_) {
      if (option->count() == 0) {
        continue;
      }
      const auto& values = option->results();
      std::string& text = asked_.sources.flags[std::string(definition->name)];
      text = values.back();
      if (definition->type == setting_type::headers) {
        text = std::accumulate(values.begin(), values.end(), std::string(),
                               [](const std::string& all, const std::string& value) { return all + "\n" + value; });
      }
    }
  }

 private:
  /// What the table does not know, no help would tell of.
  void require_descriptions() const {
    for (const CLI::Option* const option : cli_->get_options()) {
      const std::string name = option->get_name();
      const auto all = option_descriptions();
      if (name.starts_with("--") && name != "--help" && std::none_of(all.begin(), all.end(), [&](const auto& o) {
            return o.name == name && (o.commands & set_of(description_.command)) != 0;
          })) {
        throw std::logic_error("no description of " + name + " of " + std::string(description_.name));
      }
    }
  }

  void add(const setting_definition& d) {
    CLI::Option* const option = d.type == setting_type::boolean ? cli_->add_flag(d.flag()) : cli_->add_option(d.flag());
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);  // take() chooses
    options_.emplace_back(&d, option);
  }

  const command_description& description_;
  invocation& asked_;
  CLI::App* cli_;
  CLI::Option* file_ = nullptr;  ///< of a connector
  std::vector<std::pair<const setting_definition*, CLI::Option*>> options_;
};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

[[noreturn]] void refuse_unknown(const std::string& word, std::span<const std::string> known, const std::string& see) {
  const std::string bare = word.substr(0, word.find('='));
  const std::string nearest = nearest_name(bare, known);
  throw error(errc::usage, "there is no " + bare + (nearest.empty() ? "" : "; did you mean " + nearest + "?") +
                               " (see " + see + ")");
}

/// Refuses what looks like a flag for a secret: there is none, because every user of the machine could read it.
void refuse_secret(const std::string& word) {
  const std::string bare = word.substr(0, word.find('='));
  for (const setting_definition& d : setting_definitions()) {
    std::string made = "--" + d.key();
    std::replace(made.begin(), made.end(), '_', '-');
    if (d.type == setting_type::secret && bare.starts_with("--") && made.ends_with(bare.substr(1))) {  // --api-key too
      throw error(errc::usage, bare + " is no flag, because every user of this machine could read its value; set " +
                                   std::string(d.name) + " in the environment or in .env instead");
    }
  }
}

/// Refuses the flag of a setting that other commands use.
void refuse_foreign(const std::string& word, const command_description& chosen) {
  const std::string bare = word.substr(0, word.find('='));
  for (const setting_definition& d : setting_definitions()) {
    if (d.flag() == bare) {
      throw error(errc::usage, "ingest " + std::string(chosen.name) + " does not take " + bare + " (see ingest " +
                                   std::string(chosen.name) + " --help)");
    }
  }
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const command_description& c : command_descriptions()) {
    names.emplace_back(c.name);
  }
  return names;
}

/// Refuses words that nothing knows, and a command line without command.
void check_words(const CLI::App& program, const subcommand* chosen) {
  if (const auto unknown = program.remaining(); !unknown.empty()) {
    refuse_unknown(unknown.front(), command_names(), "ingest --help");
  }
  if (chosen == nullptr) {
    throw error(
        errc::usage,
        "say what to do: run, serve, read, fetch, load, status, validate, init, record, test, discover or version (see "
        "ingest --help)");
  }
  if (const auto unknown = program.remaining(true); !unknown.empty()) {
    refuse_secret(unknown.front());
    refuse_foreign(unknown.front(), chosen->description());
    refuse_unknown(unknown.front(), chosen->flags(), "ingest " + std::string(chosen->description().name) + " --help");
  }
  if (const auto odd = chosen->odd_word()) {
    refuse_unknown(*odd, chosen->flags(), "ingest " + std::string(chosen->description().name) + " --help");
  }
}

/// A view is of a table; all else of a connector.
void check_discovery(const invocation& asked) {
  if (asked.command != command::discover) {
    return;
  }
  if (asked.manifest.empty() ? !asked.view || asked.ddl || asked.json : asked.view || (asked.ddl && asked.json)) {
    throw error(errc::usage,
                "say what to print: ingest discover --view, or ingest discover FILE with --ddl, --json or neither (see "
                "ingest discover --help)");
  }
}

void check_recording(const invocation& asked) {
  if (asked.command == command::record && (asked.manifest.empty() || asked.directory.empty())) {
    throw error(errc::usage,
                "say of what and where: ingest record manifest.yaml --into DIR (see ingest record --help)");
  }
  if (asked.command == command::test && asked.directory.empty()) {
    throw error(errc::usage, "say which recording: ingest test DIR (see ingest test --help)");
  }
}

void check_exploration(const invocation& asked) {
  if (asked.command != command::init) {
    return;
  }
  const bool of_api = !asked.address.empty();
  if (of_api != asked.from_manifest.empty() || (!of_api && !asked.headers.empty())) {
    throw error(errc::usage,
                "say which API: ingest init https://api.example.com/v1/orders, or, for the settings of a manifest, "
                "ingest init --from-manifest manifest.yaml (see ingest init --help)");
  }
}

/// Without its API a manifest is looked at by itself; there only is a report for programs.
void check_validation(const invocation& asked) {
  if (asked.command != command::validate) {
    return;
  }
  if (asked.manifest.empty() ? asked.offline || asked.json : asked.json && !asked.offline) {
    throw error(errc::usage,
                "--offline and --json are of a manifest: ingest validate manifest.yaml --offline (see "
                "ingest validate --help)");
  }
}

}  // namespace

std::optional<invocation> parse_command_line(int argc, const char* const* argv, std::ostream& out) {
  invocation asked;
  CLI::App program;
  program.allow_extras();
  program.require_subcommand(0, 1);
  bool wants_version = false;
  program.add_flag("--version", wants_version);
  CLI::App* const print_settings = program.add_subcommand("help-settings")->group("");
  print_settings->add_flag("--markdown")->required();
  CLI::App* const print_metrics = program.add_subcommand("help-metrics")->group("");
  print_metrics->add_flag("--markdown")->required();
  CLI::App* const print_components = program.add_subcommand("help-components")->group("");
  print_components->add_flag("--markdown")->required();
  CLI::App* const print_manual = program.add_subcommand("help-man")->group("");
  CLI::App* const print_completions = program.add_subcommand("completions")->group("");
  std::string shell;
  print_completions->add_option("SHELL", shell)->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  std::vector<subcommand> commands;
  for (const command_description& c : command_descriptions()) {
    commands.emplace_back(program, c, asked);
  }
  const auto given = [&] {
    return std::find_if(commands.begin(), commands.end(), [](const subcommand& c) { return c.parsed(); });
  };
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out << (given() == commands.end() ? program_help() : command_help(given()->description()));
    return std::nullopt;
  } catch (const CLI::ArgumentMismatch& e) {
    const std::string message = e.what();
    throw error(errc::usage, message.substr(0, message.find(':')) + " needs a value (see ingest --help)");
  } catch (const CLI::ParseError& e) {
    throw error(errc::usage, first_line(e.what()) + " (see ingest --help)");
  }
  if (print_settings->parsed() || print_metrics->parsed() || print_components->parsed()) {
    out << (print_settings->parsed()  ? settings_markdown()
            : print_metrics->parsed() ? metrics_markdown()
                                      : rest::component_list());
    return std::nullopt;
  }
  if (print_manual->parsed() || print_completions->parsed()) {
    out << (print_manual->parsed() ? man_page() : completions(shell));
    return std::nullopt;
  }
  if (wants_version) {
    return asked;
  }
  check_words(program, given() == commands.end() ? nullptr : &*given());
  given()->take();
  check_discovery(asked);
  check_validation(asked);
  check_recording(asked);
  check_exploration(asked);
  return asked;
}

}  // namespace ingest::app
