#include "rest/document/node.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "json/json_text.hpp"

namespace ingest::rest {

enum class node_kind : std::uint8_t { scalar, list, dict };

struct node::content {
  node_kind kind = node_kind::scalar;
  int line = 0;
  std::size_t parts = 1;
  std::size_t depth = 1;
  value scalar;
  elements items;
  member_list members;

  void add(const node& below) {
    parts += below.parts();
    depth = std::max(depth, 1 + (below.content_ ? below.content_->depth : 1));
  }

  void check_bounds() const {
    const std::string where = line == 0 ? "" : " at line " + std::to_string(line);
    if (parts > most_parts) {
      throw error(errc::config, "the document says too much" + where + ": more than " + std::to_string(most_parts) +
                                    " parts, aliases and references written out");
    }
    if (depth > deepest) {
      throw error(errc::config,
                  "the document is nested more than " + std::to_string(deepest) + " times" + where + ": flatten it");
    }
  }
};

node node::scalar(value content, int line) {
  auto c = std::make_shared<node::content>();
  c->scalar = std::move(content);
  c->line = line;
  return node(std::move(c));
}

node node::text(std::string content, int line) {
  return scalar(value::text_of(std::move(content)), line);
}

node node::list(elements items, int line) {
  auto c = std::make_shared<node::content>();
  c->kind = node_kind::list;
  c->line = line;
  for (const node& item : items) {
    c->add(item);
  }
  c->items = std::move(items);
  c->check_bounds();
  return node(std::move(c));
}

node node::dict(member_list members, int line) {
  auto c = std::make_shared<node::content>();
  c->kind = node_kind::dict;
  c->line = line;
  for (const member& m : members) {
    c->add(m.content);
  }
  c->members = std::move(members);
  c->check_bounds();
  return node(std::move(c));
}

bool node::is_dict() const {
  return content_ && content_->kind == node_kind::dict;
}

bool node::is_list() const {
  return content_ && content_->kind == node_kind::list;
}

bool node::truth() const {
  return is_dict() ? !members().empty() : is_list() ? !items().empty() : scalar().truth();
}

const value& node::scalar() const {
  static const value none;
  return content_ ? content_->scalar : none;
}

std::string_view node::text() const {
  return is_text() ? std::string_view(scalar().text()) : std::string_view();
}

const node::elements& node::items() const {
  static const elements none;
  return content_ ? content_->items : none;
}

const node::member_list& node::members() const {
  static const member_list none;
  return content_ ? content_->members : none;
}

const node* node::find(std::string_view name) const {
  for (const member& m : members()) {
    if (m.name == name) {
      return &m.content;
    }
  }
  return nullptr;
}

int node::line() const {
  return content_ ? content_->line : 0;
}

std::size_t node::parts() const {
  return content_ ? content_->parts : 1;
}

std::string_view node::kind_name() const {
  if (is_dict()) {
    return "a dict";
  }
  if (is_list()) {
    return "a list";
  }
  switch (scalar().kind()) {
    case value::kind::boolean:
      return "a boolean";
    case value::kind::integer:
      return "a whole number";
    case value::kind::real:
      return "a number";
    case value::kind::text:
      return "a text";
    default:
      return "nothing";
  }
}

value node::to_value() const {
  if (is_list()) {
    value::elements all;
    all.reserve(items().size());
    for (const node& item : items()) {
      all.push_back(item.to_value());
    }
    return value::list_of(std::move(all));
  }
  if (is_dict()) {
    dictionary all;
    for (const member& m : members()) {
      all.set(m.name, m.content.to_value());
    }
    return value::dict_of(std::move(all));
  }
  return scalar();
}

std::string node::to_json() const {
  std::string json;
  append_json(json);
  return json;
}

void node::append_json(std::string& to) const {
  if (is_list()) {
    to += '[';
    const char* separator = "";
    for (const node& item : items()) {
      to += separator;
      item.append_json(to);
      separator = ",";
    }
    to += ']';
  } else if (is_dict()) {
    to += '{';
    const char* separator = "";
    for (const member& m : members()) {
      to += separator + detail::json_string(m.name) + ':';
      m.content.append_json(to);
      separator = ",";
    }
    to += '}';
  } else {
    to += scalar().to_json();
  }
}

node* find_member(node::member_list& members, std::string_view name) {
  const auto found = std::find_if(members.begin(), members.end(), [name](const auto& m) { return m.name == name; });
  return found == members.end() ? nullptr : &found->content;
}

void set_member(node::member_list& members, std::string_view name, node content) {
  if (node* const found = find_member(members, name)) {
    *found = std::move(content);
  } else {
    members.push_back({std::string(name), std::move(content)});
  }
}

std::string at_line(const node& n) {
  return n.line() == 0 ? "" : ", line " + std::to_string(n.line());
}

}  // namespace ingest::rest
