#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace demo_api::rest {

/// A value of a description file, with the place that messages name.
struct yaml_value {
  enum class kind { text, list, map };

  kind is = kind::text;
  std::string text;  ///< of a text, as it is written
  std::vector<yaml_value> items;
  struct member;
  std::vector<member> members;
  std::string place;  ///< "shop.yaml:12: resources.orders"
};

struct yaml_value::member {
  std::string first;  ///< its name
  yaml_value second;
};

/// Reads a file that holds one YAML document. Throws std::runtime_error, naming file and line, for what is no YAML,
/// names a key twice, or is nested deeper than 32.
yaml_value read_yaml(const std::string& file);

}  // namespace demo_api::rest
