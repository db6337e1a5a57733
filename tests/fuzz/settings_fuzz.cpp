// Texts of settings: env file, config file, and the value of any setting.
#include "fuzz/fuzz_target.hpp"
#include "settings/config_file.hpp"
#include "settings/env_file.hpp"
#include "settings/setting_definition.hpp"

using namespace ingest;
using namespace ingest::fuzz;

namespace {

void check_env_file(std::string_view text) {
  std::vector<env_entry> entries;
  if (const auto refused = refusal_of([&] { entries = parse_env_file(text, ".env"); })) {
    require(refused->code() == errc::config, "an env file is refused as configuration");
  }
  std::size_t line = 0;
  for (const env_entry& e : entries) {
    require(!e.name.empty() && e.line > line, "each variable has a name and a line of its own");
    line = e.line;
    require(e.value.find('\0') == std::string::npos, "no value holds a NUL byte");
  }
}

void check_config_file(std::string_view text) {
  std::vector<config_entry> entries;
  if (const auto refused = refusal_of([&] { entries = parse_config_file(text, "ingest.json"); })) {
    require(refused->code() == errc::config, "a config file is refused as configuration");
  }
  for (const config_entry& e : entries) {
    require(std::count_if(entries.begin(), entries.end(), [&](const auto& other) { return other.key == e.key; }) == 1,
            "no key occurs twice");
  }
}

std::optional<error> refusal_of_value(const setting_definition& d, std::string_view text) {
  return refusal_of([&] {
    settings s;
    assign_setting(s, d, text);
  });
}

bool has(const std::optional<error>& refused, std::string_view text) {
  return refused && std::string_view(refused->what()).find(text) != std::string_view::npos;
}

// A text that is also in the refusal of another one is of the program's own words.
bool is_quoted(const setting_definition& d, const std::optional<error>& refused, std::string_view text) {
  return has(refused, text) && !has(refusal_of_value(d, std::string(text.rbegin(), text.rend())), text);
}

void check_value(std::string_view text) {
  for (const setting_definition& d : setting_definitions()) {
    const auto refused = refusal_of_value(d, text);
    require(!refused || refused->code() == errc::config, "a value is refused as configuration");
    require(d.type != setting_type::secret || text.size() < 16 || !is_quoted(d, refused, text),
            "a secret is not quoted");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  check_env_file(text);
  check_config_file(text);
  if (size <= 4096) {
    check_value(text);
  }
  return 0;
}
