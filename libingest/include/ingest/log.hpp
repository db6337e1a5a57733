#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace ingest::log {

enum class level { debug, info, warning, error };
enum class format { json, text };

/// A named value of a log line.
struct field {
  using value_type = std::variant<std::int64_t, std::uint64_t, double, bool, std::string>;

  template <class T>
  requires std::is_arithmetic_v<T> field(std::string_view key, T v) : name(key) {
    if constexpr (std::is_same_v<T, bool>) {
      value = v;
    } else if constexpr (std::is_floating_point_v<T>) {
      value = static_cast<double>(v);
    } else if constexpr (std::is_signed_v<T>) {
      value = static_cast<std::int64_t>(v);
    } else {
      value = static_cast<std::uint64_t>(v);
    }
  }
  field(std::string_view key, std::string_view v) : name(key), value(std::string(v)) {}
  field(std::string_view key, const std::string& v) : name(key), value(v) {}
  field(std::string_view key, const char* v) : name(key), value(std::string(v)) {}

  std::string_view name;
  value_type value;
};

using fields = std::initializer_list<field>;

/// Chooses how lines look and which are written. Before the first call, lines of level info and above go to stderr as
/// JSON. Not to be called while other threads log.
void configure(format f, level least);

/// Registers a secret (key, token, password): wherever it would appear in a line, "***" is written. Values shorter
/// than 4 characters are ignored, because they would mask ordinary text. May be called at any time.
void add_secret(std::string_view secret);

/// Registers what a program calls an option of these libraries, which messages name in backticks as it is written in
/// C++: `api_key`. Lines of the log and redact() have the program's word. Before anything is logged.
void name_option(std::string_view option, std::string_view as);

/// `text` as it may be shown: all registered secrets, and passwords inside URLs, replaced by "***", and options called
/// as name_option() says.
std::string redact(std::string_view text);

/// Writes one line to stderr: `{"timestamp":…,"level":…,"event":…,"message":…, fields…}` or its text form. `event` is a
/// stable name for programs (see event_names.hpp), `message` is for people. Thread-safe; never throws.
void write(level l, std::string_view event, std::string_view message, fields f = {}) noexcept;
void write(level l, std::string_view event, std::string_view message, const std::vector<field>& f) noexcept;

/// Shows `status`, one line that is narrower than the terminal, as the terminal's last line, below all that is logged
/// from now on; an empty one takes it away. Only for a stderr that is a terminal. Thread-safe; never throws.
void show_status_line(std::string_view status) noexcept;

inline void debug(std::string_view event, std::string_view message, fields f = {}) noexcept {
  write(level::debug, event, message, f);
}
inline void info(std::string_view event, std::string_view message, fields f = {}) noexcept {
  write(level::info, event, message, f);
}
inline void warning(std::string_view event, std::string_view message, fields f = {}) noexcept {
  write(level::warning, event, message, f);
}
inline void error(std::string_view event, std::string_view message, fields f = {}) noexcept {
  write(level::error, event, message, f);
}

}  // namespace ingest::log
