#include "settings/setting_definition.hpp"

#include <algorithm>
#include <cctype>

namespace ingest {

namespace {

std::string list_of(const std::vector<std::string_view>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    text += i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ";
    text += choices[i];
  }
  return text;
}

/// `n` in the greatest of the units that divides it.
std::string scaled(std::uint64_t n, std::initializer_list<std::pair<std::string_view, std::uint64_t>> units) {
  for (const auto& [unit, factor] : units) {
    if (n >= factor && n % factor == 0) {
      return std::to_string(n / factor) + std::string(unit);
    }
  }
  return std::to_string(n);
}

std::string quantity(setting_type type, std::uint64_t n) {
  switch (type) {
    case setting_type::size:
      return scaled(n, {{"TiB", 1ull << 40}, {"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}});
    case setting_type::duration:
      return scaled(n, {{"h", 3'600'000}, {"min", 60'000}, {"s", 1000}, {"ms", 1}});
    default:
      return std::to_string(n);
  }
}

std::string lower_case(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

std::string setting_definition::flag() const {
  if (type == setting_type::secret || is_standard() || !own_flag.empty()) {
    return std::string(own_flag);
  }
  std::string made("--");
  made += key();
  std::replace(made.begin(), made.end(), '_', '-');
  return made;
}

std::string setting_definition::key() const {
  return lower_case(name);
}

std::string setting_definition::allowed() const {
  using enum setting_type;
  switch (type) {
    case text:
      return "text";
    case setting_type::name:
      return "letters, digits, \"_\", \".\" and \"-\", at most 63";
    case secret:
    case otel:
      return "text";
    case otel_headers:
      return "name=value, separated by commas, with %20 for a blank";
    case connection:
      return "PostgreSQL connection URL";
    case url:
      return "http or https URL";
    case url_path:
      return "path that begins with \"/\"";
    case json_pointer:
      return "JSON pointer";
    case boolean:
      return "true or false";
    case choice:
      return list_of(choices);
    case path:
      return "path";
    case time:
      return "Unix time in ms, or ISO 8601";
    case headers:
      return "\"Name: value\"";
    case fields:
      return "names, separated by commas";
    case source:
      return "api, stdin, connector:PATH of a manifest, singer:COMMAND, airbyte:COMMAND, or file:PATH with PATH ending "
             "in .ndjson, .jsonl, .json, .csv "
             "or .tsv, also followed by .gz "
             "or "
             ".zst";
    case target:
      return "postgres, stdout, or file:PATH: Parquet if PATH ends in .parquet, else NDJSON, compressed if it ends in "
             ".gz or .zst";
    case integer:
    case size:
    case duration:
      break;
  }
  std::string range = quantity(type, least);
  if (greatest == ~std::uint64_t{0}) {
    range.append(" or more");
  } else {
    range.append(" … ").append(quantity(type, greatest));
    if (!unit.empty()) {
      range.append(" ").append(unit);
    }
  }
  if (!word.empty()) {
    range.append(", or ").append(word);
  }
  return range;
}

const setting_definition* find_setting(std::string_view name) {
  const auto all = setting_definitions();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& d) { return d.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace ingest
