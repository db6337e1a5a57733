#include <array>
#include <charconv>

#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"

namespace ingest::app {

std::span<const command_definition* const> commands() {
  static const std::array all = {
      &command_run,    &command_read,     &command_serve,       &command_reload, &command_top,    &command_schema,
      &command_fetch,  &command_load,     &command_status,      &command_state,  &command_buffer, &command_rejects,
      &command_verify, &command_backfill, &command_validate,    &command_doctor, &command_init,   &command_record,
      &command_test,   &command_discover, &command_completions, &command_version};
  return all;
}

std::string invocation::text(std::string_view option) const {
  const auto found = given.find(option);
  return found == given.end() || found->second.empty() ? "" : found->second.back();
}

std::optional<std::string> invocation::optional_text(std::string_view option) const {
  return has(option) ? std::optional(text(option)) : std::nullopt;
}

std::vector<std::string> invocation::texts(std::string_view option) const {
  const auto found = given.find(option);
  return found == given.end() ? std::vector<std::string>() : found->second;
}

std::uint64_t invocation::number(std::string_view option, std::uint64_t otherwise) const {
  const std::string given_text = text(option);
  if (given_text.empty()) {
    return otherwise;
  }
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(given_text.data(), given_text.data() + given_text.size(), value);
  if (failure != std::errc() || end != given_text.data() + given_text.size()) {
    throw error(errc::usage, std::string(option) + " must be a whole number, not " + given_text);
  }
  return value;
}

settings settings_of(const invocation& asked) {
  return settings_of(asked, asked.command->command);
}

settings settings_of(const invocation& asked, command as) {
  settings s = load_settings(asked.sources, as);
  log::configure(logs_as_text(s) ? log::format::text : log::format::json, s.log_level);
  return s;
}

}  // namespace ingest::app
