#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "demo_api/rest/description/yaml_value.hpp"

namespace demo_api::rest {

/// The members of a map of the description. Who reads it asks for each by its name and then calls finish(), so what is
/// unknown is whatever nobody asked for. All throw std::runtime_error, naming the place, for what they cannot take.
class settings {
 public:
  /// `map` must outlive this object.
  explicit settings(const yaml_value& map);

  /// Null if it is missing.
  const yaml_value* find(std::string_view name);
  const yaml_value& required(std::string_view name);

  std::string text(std::string_view name, std::string_view otherwise);
  std::string required_text(std::string_view name);
  std::uint64_t number(std::string_view name, std::uint64_t otherwise, std::uint64_t most = 1'000'000'000'000);
  double decimal(std::string_view name, double otherwise, double most = 1e12);
  bool flag(std::string_view name, bool otherwise);
  std::vector<std::string> texts(std::string_view name);

  /// One of these words.
  std::size_t choice(std::string_view name, std::string_view otherwise, const std::vector<std::string_view>& words);

  /// Refuses members that have not been asked for.
  void finish() const;

  [[noreturn]] void refuse(std::string_view name, std::string_view why) const;

  const std::string& place() const { return map_.place; }

 private:
  const yaml_value& map_;
  std::vector<std::string> known_;
};

/// What a value that is to be a text says.
const std::string& text_of(const yaml_value& value);

}  // namespace demo_api::rest
