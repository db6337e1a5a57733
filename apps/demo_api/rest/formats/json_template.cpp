#include "demo_api/rest/formats/json_template.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "demo_api/rest/records/field.hpp"

namespace demo_api::rest {
namespace {

struct object;

struct object_member {
  std::string name;
  std::size_t value = 0;
  std::unique_ptr<object> inner;  ///< null: it is the value
};

struct object {
  std::vector<object_member> members;
};

void put(object& into, const std::string& whole, std::string_view path, std::size_t value) {
  const auto dot = path.find('.');
  const std::string name(path.substr(0, dot));
  auto at = std::find_if(into.members.begin(), into.members.end(), [&](const auto& m) { return m.name == name; });
  if (name.empty() || (at != into.members.end() && (dot == std::string_view::npos || !at->inner))) {
    throw std::runtime_error("\"" + whole + "\" is no path for a value, or there is one already");
  }
  if (at == into.members.end()) {
    into.members.push_back({name, value, dot == std::string_view::npos ? nullptr : std::make_unique<object>()});
    at = std::prev(into.members.end());
  }
  if (dot != std::string_view::npos) {
    put(*at->inner, whole, path.substr(dot + 1), value);
  }
}

template <typename Value>
void write(const object& from, std::string& text, const Value& value) {
  text += '{';
  for (const auto& m : from.members) {
    text += &m == &from.members.front() ? "" : ",";
    append_quoted(m.name, text);
    text += ':';
    if (m.inner) {
      write(*m.inner, text, value);
    } else {
      value(m.value);
    }
  }
  text += '}';
}

}  // namespace

json_template::json_template(const std::vector<std::string>& paths) {
  object root;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    put(root, paths[i], paths[i], i);
  }
  std::string text;
  write(root, text, [&](std::size_t value) { pieces_.push_back({std::exchange(text, {}), value}); });
  end_ = std::move(text);
}

}  // namespace demo_api::rest
