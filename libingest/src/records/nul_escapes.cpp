#include "records/nul_escapes.hpp"

namespace ingest::detail {

namespace {

constexpr std::string_view nul = "\\u0000";

/// Behind an odd number of backslashes, the one at `at` is what the last of them escapes.
bool begins_escape(std::string_view json, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && json[before - 1] == '\\') {
    --before;
  }
  return (at - before) % 2 == 0;
}

/// Whether the string that goes on at `at` is a member's name, or does not end.
bool is_in_a_name(std::string_view json, std::size_t at) {
  while (at < json.size() && json[at] != '"') {
    at += json[at] == '\\' ? 2 : 1;
  }
  const std::size_t behind = at < json.size() ? json.find_first_not_of(" \t", at + 1) : json.npos;
  return at >= json.size() || (behind != json.npos && json[behind] == ':');
}

}  // namespace

std::uint64_t replace_nuls(std::string_view json, std::string_view replacement, std::string& out) {
  std::uint64_t found = 0;
  std::size_t copied = 0;
  out.clear();
  for (std::size_t at = json.find(nul); at != json.npos; at = json.find(nul, at)) {
    if (!begins_escape(json, at)) {
      at += 1;
      continue;
    }
    if (is_in_a_name(json, at)) {
      return 0;
    }
    out.append(json, copied, at - copied);
    out += replacement;
    at = copied = at + nul.size();
    ++found;
  }
  out.append(json, copied);
  return found;
}

}  // namespace ingest::detail
