#include "settings/misspelt_names.hpp"

#include <cctype>
#include <string>

#include "core/nearest_name.hpp"

namespace ingest::detail {

namespace {

/// Letters and digits only, in upper case.
std::string essence(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      letters += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return letters;
}

}  // namespace

const setting_definition* meant_by(std::string_view name) {
  // The environment is full of names of others; a short one is soon like one of ours.
  constexpr std::size_t shortest = 5;
  constexpr std::size_t long_enough_for_two = 8;
  const std::string letters = essence(name);
  if (letters.size() < shortest || find_setting(name) != nullptr) {
    return nullptr;
  }
  const setting_definition* nearest = nullptr;
  std::size_t least = letters.size() >= long_enough_for_two ? 3 : 2;
  for (const setting_definition& d : setting_definitions()) {
    if (const std::size_t differing = edit_distance(letters, essence(d.name)); differing < least) {
      least = differing;
      nearest = &d;
    }
  }
  return nearest;
}

}  // namespace ingest::detail
