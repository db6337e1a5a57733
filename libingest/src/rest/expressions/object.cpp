#include "rest/expressions/object.hpp"

#include <algorithm>
#include <cstdio>

#include "rest/expressions/fault.hpp"

namespace ingest::rest::expressions {

value object::call(std::string_view method, const arguments&) const {
  fail(fault::kind::other, std::string(type()) + " has no method " + std::string(method));
}

std::size_t depth_of(const value::elements& all) {
  std::size_t depth = 0;
  for (const value& one : all) {
    depth = std::max(depth, one.depth());
  }
  return depth;
}

value sequence::set_of(const value::elements& elements) {
  dictionary different;
  for (const value& element : elements) {
    different.set(element, value());
  }
  value::elements kept;
  for (const auto& member : different) {
    kept.push_back(member.first);
  }
  return of(kind::set, std::move(kept));
}

std::string_view sequence::type() const {
  static constexpr std::string_view names[] = {"set", "dict_keys", "dict_values", "dict_items", "generator"};
  return names[static_cast<std::size_t>(what_)];
}

std::string sequence::repr() const {
  if (what_ == kind::generator) {
    return "<generator object>";
  }
  const std::string list = value::list_of(elements_).to_repr();
  if (what_ == kind::set) {
    return elements_.empty() ? "set()" : "{" + list.substr(1, list.size() - 2) + "}";
  }
  return std::string(type()) + "(" + list + ")";
}

bool sequence::equals(const object& other) const {
  const auto* const same = dynamic_cast<const sequence*>(&other);
  if (this == same) {
    return true;
  }
  const bool unordered = what_ == kind::set || what_ == kind::keys || what_ == kind::items;
  if (same == nullptr || !unordered || same->what_ == kind::values || same->what_ == kind::generator ||
      elements_.size() != same->elements_.size()) {
    return false;
  }
  return std::all_of(elements_.begin(), elements_.end(), [&](const value& element) {
    return std::find(same->elements_.begin(), same->elements_.end(), element) != same->elements_.end();
  });
}

std::string byte_string::repr() const {
  const bool has_single = bytes_.find('\'') != std::string::npos;
  const char quote = has_single && bytes_.find('"') == std::string::npos ? '"' : '\'';
  std::string out = std::string("b") + quote;
  for (const char c : bytes_) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == quote) {
      out += {'\\', c};
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out += {'\\', c == '\n' ? 'n' : c == '\r' ? 'r' : 't'};
    } else if (byte < 0x20 || byte >= 0x7f) {
      char escaped[8];
      out.append(escaped, static_cast<std::size_t>(std::snprintf(escaped, sizeof escaped, "\\x%02x", byte)));
    } else {
      out += c;
    }
  }
  return out + quote;
}

bool byte_string::equals(const object& other) const {
  const auto* const same = dynamic_cast<const byte_string*>(&other);
  return same != nullptr && same->bytes_ == bytes_;
}

std::string function::repr() const {
  return of_ ? "<built-in method " + name_ + ">" : "<function " + name_ + ">";
}

std::optional<value> name_space::attribute(std::string_view name) const {
  const value* const found = fields_.find(name);
  return found == nullptr ? std::nullopt : std::optional<value>(*found);
}

}  // namespace ingest::rest::expressions
