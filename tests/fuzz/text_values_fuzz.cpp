// JSON pointers, instants and time windows.
#include <cstring>

#include "core/instant.hpp"
#include "fuzz/fuzz_target.hpp"
#include "ingest/time_window.hpp"
#include "json/json_pointer.hpp"
#include "json/json_text.hpp"
#include "settings/setting_text.hpp"

using namespace ingest;
using namespace ingest::fuzz;

namespace {

std::string pointer_text(const json_pointer& p) {
  std::string text;
  for (const std::string& token : p.tokens()) {
    text += '/';
    for (const char c : token) {
      text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
  }
  return text;
}

void check_pointer(std::string_view text) {
  std::optional<json_pointer> pointer;
  if (const auto refused = refusal_of([&] { pointer.emplace(text); })) {
    require(refused->code() == errc::config, "a text that is no pointer is refused as configuration");
    return;
  }
  require(pointer_text(*pointer) == text, "a pointer's tokens give its text again");
}

void check_split(const time_window& window, std::size_t n) {
  std::vector<time_window> parts;
  if (const auto refused = refusal_of([&] { parts = split(window, n); })) {
    require(refused->code() == errc::config, "a window that cannot be divided is refused as configuration");
    return;
  }
  require(parts.size() == n, "a window is divided into as many parts as asked for");
  require(parts.front().since_ms == window.since_ms && parts.back().until_ms == window.until_ms,
          "the parts begin and end where the window does");
  for (std::size_t i = 1; i < n; ++i) {
    require(parts[i].since_ms == parts[i - 1].until_ms, "the parts lie one behind the other");
    require(*parts[i].since_ms < *parts[i].until_ms, "no part is empty");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  input in(bytes, size);
  const std::size_t n = in.byte() % 65;
  const auto since = parse_instant(in.line());
  const auto until = parse_instant(in.line());
  check_split({since, until}, n);
  check_pointer(in.rest());
  const auto time = detail::parse_time(in.rest());
  require(!time || parse_instant(in.rest()) == time, "a setting's time is what an event's time would be");
  static_cast<void>(detail::parse_size(in.rest()));
  static_cast<void>(detail::parse_duration(in.rest()));
  static_cast<void>(detail::json_string(in.rest()));
  const auto line = detail::exactly(in.rest());
  require(line.value.find_first_of("\r\n") == std::string::npos, "a rejected event is one line");
  return 0;
}
