#include "commands/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <filesystem>
#include <numeric>
#include <optional>
#include <vector>

#include "commands/command_help.hpp"
#include "commands/man_page.hpp"
#include "core/nearest_name.hpp"
#include "metrics_help.hpp"
#include "rest/document/component_docs.hpp"
#include "settings/setting_definition.hpp"
#include "settings/settings_help.hpp"

namespace ingest::app {

namespace {

/// A word that is no flag and no command, but a file that a connector may be in.
bool is_manifest(const std::string& word) {
  const auto ends = [&word](std::string_view with) { return word.ends_with(with); };
  return ends(".yaml") || ends(".yml") || ends(".json") || word.find('/') != std::string::npos;
}

/// A command with its own options and the flags of the settings that it takes.
class subcommand {
 public:
  subcommand(CLI::App& program, const command_definition& definition)
      : definition_(definition), cli_(program.add_subcommand(std::string(definition.name))) {
    cli_->allow_extras();
    for (const own_option& o : definition.options) {
      add(o);
    }
    if (!definition.takes_settings) {
      return;
    }
    cli_->add_option("--config", config_file_)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    cli_->add_option("--env-file", env_file_)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    for (const setting_definition& d : setting_definitions()) {
      if (d.used_by(definition.command) && !d.flag().empty() && !is_own(d.flag())) {
        add(d);
      }
    }
  }

  bool parsed() const { return cli_->parsed(); }
  const command_definition& definition() const { return definition_; }

  /// The names of all its flags.
  std::vector<std::string> flags() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : cli_->get_options()) {
      names.push_back(option->get_name());
    }
    return names;
  }

  /// The word behind the command that was to be a manifest, if it is none.
  std::optional<std::string> odd_word() const {
    const auto words = given(connector_file.name);
    return definition_.takes_connector && !words.empty() && !is_manifest(words.back()) ? std::optional(words.back())
                                                                                       : std::nullopt;
  }

  invocation asked() const {
    invocation made{&definition_};
    made.sources.config_file = config_file_;
    made.sources.env_file = env_file_;
    for (const auto& [definition, option] : options_) {
      if (option->count() > 0) {
        require_nothing_behind(*definition, *option);
        made.given[definition->name] =
            definition->value.empty() && !definition->is_word() ? std::vector<std::string>() : option->results();
      }
    }
    if (definition_.takes_connector && made.has(connector_file.name)) {
      made.sources.flags["FROM"] = "connector:" + made.text(connector_file.name);
    }
    if (definition_.to_stdout) {
      made.sources.flags["TO"] = "stdout";
    }
    for (const auto& [definition, option] : settings_) {
      if (option->count() > 0) {
        made.sources.flags[std::string(definition->name)] = text_of(*definition, option->results());
      }
    }
    return made;
  }

 private:
  static void require_nothing_behind(const own_option& o, const CLI::Option& option) {
    if (o.value.empty() && !o.is_word() && option.results().back() != "true") {
      throw error(errc::usage, std::string(o.name) + " takes no value, and got " + option.results().back());
    }
  }

  static std::string text_of(const setting_definition& d, const std::vector<std::string>& values) {
    return d.type == setting_type::headers
               ? std::accumulate(values.begin(), values.end(), std::string(),
                                 [](const std::string& all, const std::string& one) { return all + "\n" + one; })
               : values.back();
  }

  /// A setting whose flag is another one's here has none.
  bool is_own(const std::string& flag) const {
    return std::any_of(definition_.options.begin(), definition_.options.end(),
                       [&](const own_option& o) { return o.name == flag; });
  }

  void add(const own_option& o) {
    const std::string name(o.name);
    CLI::Option* const option =
        o.value.empty() && !o.is_word() ? cli_->add_flag(name) : cli_->add_option(name)->expected(1);
    option->multi_option_policy(o.repeats ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
    options_.emplace_back(&o, option);
  }

  void add(const setting_definition& d) {
    CLI::Option* const option = d.type == setting_type::boolean ? cli_->add_flag(d.flag()) : cli_->add_option(d.flag());
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);  // text_of() chooses
    settings_.emplace_back(&d, option);
  }

  std::vector<std::string> given(std::string_view name) const {
    const auto found =
        std::find_if(options_.begin(), options_.end(), [&](const auto& known) { return known.first->name == name; });
    return found == options_.end() || found->second->count() == 0 ? std::vector<std::string>()
                                                                  : found->second->results();
  }

  const command_definition& definition_;
  CLI::App* cli_;
  std::optional<std::filesystem::path> config_file_;
  std::optional<std::filesystem::path> env_file_;
  std::vector<std::pair<const own_option*, CLI::Option*>> options_;
  std::vector<std::pair<const setting_definition*, CLI::Option*>> settings_;
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
void refuse_foreign(const std::string& word, const command_definition& chosen) {
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
  for (const command_definition* c : commands()) {
    names.emplace_back(c->name);
  }
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : name == names.back() ? " or " : ", ") + name;
  }
  return list;
}

/// Refuses words that nothing knows, and a command line without command.
void check_words(const CLI::App& program, const subcommand* chosen) {
  if (const auto unknown = program.remaining(); !unknown.empty()) {
    refuse_unknown(unknown.front(), command_names(), "ingest --help");
  }
  if (chosen == nullptr) {
    throw error(errc::usage, "say what to do: " + listed(command_names()) + " (see ingest --help)");
  }
  if (const auto unknown = program.remaining(true); !unknown.empty()) {
    refuse_secret(unknown.front());
    refuse_foreign(unknown.front(), chosen->definition());
    refuse_unknown(unknown.front(), chosen->flags(), "ingest " + std::string(chosen->definition().name) + " --help");
  }
  if (const auto odd = chosen->odd_word()) {
    refuse_unknown(*odd, chosen->flags(), "ingest " + std::string(chosen->definition().name) + " --help");
  }
}

}  // namespace

std::optional<invocation> parse_command_line(int argc, const char* const* argv, std::ostream& out) {
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
  std::deque<subcommand> known;  // which CLI11 refers to
  for (const command_definition* c : commands()) {
    known.emplace_back(program, *c);
  }
  const auto chosen = [&]() -> const subcommand* {
    const auto found = std::find_if(known.begin(), known.end(), [](const subcommand& c) { return c.parsed(); });
    return found == known.end() ? nullptr : &*found;
  };
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out << (chosen() == nullptr ? program_help() : command_help(chosen()->definition()));
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
  if (print_manual->parsed()) {
    out << man_page();
    return std::nullopt;
  }
  if (wants_version) {
    return invocation{&command_version};
  }
  check_words(program, chosen());
  return chosen()->asked();
}

}  // namespace ingest::app
