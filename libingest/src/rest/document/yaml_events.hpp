#pragma once

#include <yaml.h>

#include <string>
#include <string_view>

namespace ingest::rest {

/// What libyaml finds in a text, one by one. The text must stay until the end.
class yaml_events {
 public:
  yaml_events(std::string_view text, const std::string& name);
  ~yaml_events();
  yaml_events(const yaml_events&) = delete;
  yaml_events& operator=(const yaml_events&) = delete;

  /// Reads the next event, which then is the `current` one. Throws errc::config with the line for what is no YAML.
  void advance();

  const yaml_event_t& current() const { return event_; }
  yaml_event_type_t type() const { return event_.type; }
  int line() const { return static_cast<int>(event_.start_mark.line) + 1; }
  /// Of the current scalar.
  std::string_view scalar() const;

  /// Throws errc::config: the name, the line, and `problem`.
  [[noreturn]] void refuse(int at_line, const std::string& problem) const;

 private:
  std::string name_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

}  // namespace ingest::rest
