#include "rest/document/component_parameters.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view parameters_name = "$parameters";

/// `type: object`, or object beside null. Schemas of other kinds are walked as components are; they have no fields that
/// it would matter for.
bool is_json_schema(const node::member_list& members) {
  const auto type = std::find_if(members.begin(), members.end(), [](const auto& m) { return m.name == "type"; });
  if (type == members.end()) {
    return false;
  }
  const auto& either = type->content.items();
  return type->content.text() == "object" ||
         (either.size() == 2 && either[0].text() == "null" && either[1].text() == "object");
}

bool is_typed_dict(const node& n) {
  const node* const type = n.find("type");
  return type != nullptr && type->truth();
}

/// Takes the parameter of that name out while what it is named after is walked.
class without_parameter {
 public:
  without_parameter(node::member_list& parameters, const std::string& name) : parameters_(parameters) {
    const auto found =
        std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == name; });
    if (found != parameters.end()) {
      taken_ = std::move(*found);
      parameters.erase(found);
    }
  }

  /// The CDK walks a list in its place, so that a parameter that became a field is changed with it.
  void take_over(const node& walked) {
    if (taken_) {
      taken_->content = walked;
    }
  }

  /// The CDK's way: one that is false in Python's sense is gone for the fields behind it as well.
  void put_back() {
    if (taken_ && taken_->content.truth()) {
      parameters_.push_back(*std::move(taken_));
    }
  }

 private:
  node::member_list& parameters_;
  std::optional<node::member> taken_;
};

class propagation {
 public:
  explicit propagation(bool outer_first) : outer_first_(outer_first) {}

  node walk(const std::string& field, const node& component, const node::member_list& inherited) {
    if (++components_ > most_components) {
      throw error(errc::config, "more than " + std::to_string(most_components) +
                                    " components come of the manifest: its $parameters multiply each other");
    }
    node::member_list members = component.members();
    if (component.find("type") == nullptr) {
      const auto type = default_type_of(field, component.find("class_name") != nullptr);
      if (!type.empty()) {
        members.push_back({"type", node::text(std::string(type), component.line())});
      }
    }
    node::member_list parameters = inherited;
    take_own_parameters(members, parameters);
    if (is_json_schema(members)) {
      return node::dict(std::move(members), component.line());
    }
    if (const node* const type = find_member(members, "type")) {
      const std::string name = type->is_text() ? std::string(type->text()) : type->to_json();
      const std::set<std::string> filled = fill_fields(members, parameters);
      walk_fields(name, members, parameters, filled);
      if (!parameters.empty()) {
        members.push_back({std::string(parameters_name), node::dict(std::move(parameters), component.line())});
      }
    } else {
      walk_values(field, members, parameters);
    }
    return node::dict(std::move(members), component.line());
  }

 private:
  static constexpr std::size_t most_components = 1'000'000;

  void take_own_parameters(node::member_list& members, node::member_list& parameters) const {
    const auto own =
        std::find_if(members.begin(), members.end(), [](const auto& m) { return m.name == parameters_name; });
    if (own == members.end()) {
      return;
    }
    if (!own->content.is_dict()) {
      throw error(errc::config, "$parameters" + at_line(own->content) + ", must be a dict, not " +
                                    std::string(own->content.kind_name()));
    }
    for (const node::member& p : own->content.members()) {
      if (!outer_first_ || find_member(parameters, p.name) == nullptr) {
        set_member(parameters, p.name, p.content);
      }
    }
    members.erase(own);
  }

  /// Returns the names of those that were not there, or false.
  static std::set<std::string> fill_fields(node::member_list& members, const node::member_list& parameters) {
    std::set<std::string> filled;
    for (const node::member& p : parameters) {
      if (const node* const there = find_member(members, p.name); there == nullptr || !there->truth()) {
        set_member(members, p.name, p.content);
        filled.insert(p.name);
      }
    }
    return filled;
  }

  void walk_fields(const std::string& type, node::member_list& members, node::member_list& parameters,
                   const std::set<std::string>& filled) {
    for (node::member& m : members) {
      if (!m.content.is_dict() && !m.content.is_list()) {
        continue;
      }
      without_parameter hidden(parameters, m.name);
      m.content = walk_field(type + '.' + m.name, m.content, parameters);
      if (m.content.is_list() && filled.contains(m.name)) {
        hidden.take_over(m.content);
      }
      hidden.put_back();
    }
  }

  node walk_field(const std::string& field, const node& content, const node::member_list& parameters) {
    if (content.is_dict()) {
      return walk(field, content, parameters);
    }
    node::elements items = content.items();
    for (node& item : items) {
      item = item.is_dict() ? walk(field, item, parameters) : item;
    }
    return node::list(std::move(items), content.line());
  }

  /// Of a dict that is no component, components among its values: query properties among parameters of a request.
  void walk_values(const std::string& field, node::member_list& members, const node::member_list& parameters) {
    for (node::member& m : members) {
      if (is_typed_dict(m.content)) {
        m.content = walk(field, m.content, parameters);
      }
    }
  }

  bool outer_first_;
  std::size_t components_ = 0;
};

}  // namespace

node with_parameters(const node& manifest, bool outer_first) {
  return propagation(outer_first).walk("", manifest, {});
}

}  // namespace ingest::rest
