#include "demo_api/rest/description/settings.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace demo_api::rest {

settings::settings(const yaml_value& map) : map_(map) {
  if (map.is != yaml_value::kind::map) {
    throw std::runtime_error(map.place + ": must be a map");
  }
}

const yaml_value* settings::find(std::string_view name) {
  known_.emplace_back(name);
  const auto at =
      std::find_if(map_.members.begin(), map_.members.end(), [name](const auto& m) { return m.first == name; });
  return at == map_.members.end() ? nullptr : &at->second;
}

const yaml_value& settings::required(std::string_view name) {
  const yaml_value* found = find(name);
  if (found == nullptr) {
    refuse(name, "is missing");
  }
  return *found;
}

std::string settings::text(std::string_view name, std::string_view otherwise) {
  const yaml_value* found = find(name);
  return found == nullptr ? std::string(otherwise) : text_of(*found);
}

std::string settings::required_text(std::string_view name) {
  return text_of(required(name));
}

std::uint64_t settings::number(std::string_view name, std::uint64_t otherwise, std::uint64_t most) {
  const yaml_value* found = find(name);
  if (found == nullptr) {
    return otherwise;
  }
  const std::string& said = text_of(*found);
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(said.data(), said.data() + said.size(), value);
  if (failure != std::errc() || end != said.data() + said.size() || value > most) {
    refuse(name, "must be a whole number, at most " + std::to_string(most));
  }
  return value;
}

double settings::decimal(std::string_view name, double otherwise, double most) {
  const yaml_value* found = find(name);
  if (found == nullptr) {
    return otherwise;
  }
  const std::string& said = text_of(*found);
  double value = 0;
  const auto [end, failure] = std::from_chars(said.data(), said.data() + said.size(), value);
  if (failure != std::errc() || end != said.data() + said.size() || !(value >= 0 && value <= most)) {
    refuse(name, "must be a number from 0 to " + std::to_string(static_cast<std::uint64_t>(most)));
  }
  return value;
}

bool settings::flag(std::string_view name, bool otherwise) {
  const yaml_value* found = find(name);
  if (found == nullptr) {
    return otherwise;
  }
  const std::string& said = text_of(*found);
  if (said != "true" && said != "false") {
    refuse(name, "must be true or false");
  }
  return said == "true";
}

std::vector<std::string> settings::texts(std::string_view name) {
  std::vector<std::string> all;
  if (const yaml_value* found = find(name)) {
    if (found->is != yaml_value::kind::list || found->items.empty()) {
      refuse(name, "must be a list of texts");
    }
    for (const auto& item : found->items) {
      all.push_back(text_of(item));
    }
  }
  return all;
}

std::size_t settings::choice(std::string_view name, std::string_view otherwise,
                             const std::vector<std::string_view>& words) {
  const std::string said = text(name, otherwise);
  const auto at = std::find(words.begin(), words.end(), said);
  if (at == words.end()) {
    std::string list;
    for (const auto word : words) {
      list.append(list.empty() ? "" : ", ").append(word);
    }
    refuse(name, "must be one of " + list);
  }
  return static_cast<std::size_t>(at - words.begin());
}

void settings::finish() const {
  for (const auto& [name, value] : map_.members) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      throw std::runtime_error(value.place + ": there is no such setting");
    }
  }
}

void settings::refuse(std::string_view name, std::string_view why) const {
  throw std::runtime_error(map_.place + ": \"" + std::string(name) + "\" " + std::string(why));
}

const std::string& text_of(const yaml_value& value) {
  if (value.is != yaml_value::kind::text) {
    throw std::runtime_error(value.place + ": must be a text");
  }
  return value.text;
}

}  // namespace demo_api::rest
