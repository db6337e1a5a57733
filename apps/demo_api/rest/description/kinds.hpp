#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "demo_api/rest/description/settings.hpp"

namespace demo_api::rest {

/// A line of a table of kinds: a word of the description, and what makes the thing that it stands for.
template <typename Made, typename... Context>
struct kind_line {
  std::string_view name;
  Made (*make)(settings&, Context...);
};

/// What `value` describes: a map whose `kind` is a word of the table, or that word alone. `what` is for messages.
template <typename Made, typename... Context>
Made make_of_kind(std::span<const kind_line<Made, Context...>> table, std::string_view what, const yaml_value& value,
                  std::type_identity_t<Context>... context) {
  yaml_value alone;
  alone.is = yaml_value::kind::map;
  alone.place = value.place;
  if (value.is == yaml_value::kind::text) {
    alone.members.push_back({"kind", value});
  }
  settings s(value.is == yaml_value::kind::text ? alone : value);
  const std::string kind = s.required_text("kind");
  std::string known;
  for (const auto& line : table) {
    if (line.name == kind) {
      Made made = line.make(s, context...);
      s.finish();
      return made;
    }
    known.append(known.empty() ? "" : ", ").append(line.name);
  }
  throw std::runtime_error(value.place + ": there is no " + std::string(what) + " \"" + kind + "\", but " + known);
}

}  // namespace demo_api::rest
