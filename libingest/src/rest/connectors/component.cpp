#include "rest/connectors/component.hpp"

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

std::string text_of(const value& scalar) {
  return scalar.is_number() ? scalar.digits() : scalar.to_text();
}

}  // namespace

component::component(const connector_parts& parts, node content, std::string path)
    : parts_(&parts), content_(std::move(content)), path_(std::move(path)), where_(path_ + at_line(content_)) {}

std::string_view component::type() const {
  const node* const type = content_.find("type");
  return type == nullptr ? std::string_view() : type->text();
}

void component::refuse(const std::string& problem) const {
  throw error(errc::config, where_ + ": " + problem);
}

std::string component::path_of(std::string_view name) const {
  return path_ + "." + std::string(name);
}

const node* component::field(std::string_view name) const {
  const node* const found = content_.find(name);
  return found == nullptr || found->is_none() ? nullptr : found;
}

std::string component::text(std::string_view name, std::string_view otherwise) const {
  const node* const found = field(name);
  if (found == nullptr) {
    return std::string(otherwise);
  }
  if (found->is_dict() || found->is_list()) {
    refuse("`" + std::string(name) + "` must be a text, and is " + std::string(found->kind_name()));
  }
  return text_of(found->scalar());
}

std::vector<std::string> component::texts(std::string_view name) const {
  const node* const found = field(name);
  std::vector<std::string> all;
  if (found == nullptr) {
    return all;
  }
  if (!found->is_list()) {
    return {text(name)};
  }
  for (const node& item : found->items()) {
    all.push_back(text_of(item.scalar()));
  }
  return all;
}

bool component::truth(std::string_view name, bool otherwise) const {
  const node* const found = field(name);
  return found == nullptr ? otherwise : found->truth();
}

std::optional<double> component::number(std::string_view name) const {
  if (field(name) == nullptr) {
    return std::nullopt;
  }
  const interpolation asked = expression(name);
  const value found = asked.evaluate(*known());
  if (!found.is_number()) {
    refuse("`" + std::string(name) + "` must be a number, and comes out as " + found.to_repr());
  }
  return found.real();
}

std::int64_t component::whole(std::string_view name, std::int64_t otherwise) const {
  const auto found = number(name);
  if (!found) {
    return otherwise;
  }
  const auto whole = static_cast<std::int64_t>(*found);
  if (*found < -9e15 || *found > 9e15 || static_cast<double>(whole) != *found) {
    refuse("`" + std::string(name) + "` must be a whole number");
  }
  return whole;
}

interpolation component::expression_of(const node& text, std::string_view name) const {
  if (text.is_dict() || text.is_list()) {
    refuse("`" + std::string(name) + "` must be a text, and is " + std::string(text.kind_name()));
  }
  return {text_of(text.scalar()), path_of(name) + at_line(text)};
}

interpolation component::expression(std::string_view name) const {
  const node* const found = field(name);
  return found == nullptr ? interpolation() : expression_of(*found, name);
}

std::optional<interpolation> component::optional_expression(std::string_view name) const {
  const node* const found = field(name);
  return found == nullptr ? std::nullopt : std::optional(expression_of(*found, name));
}

std::vector<interpolation> component::expressions(std::string_view name) const {
  const node* const found = field(name);
  std::vector<interpolation> all;
  if (found == nullptr) {
    return all;
  }
  if (!found->is_list()) {
    return {expression_of(*found, name)};
  }
  for (const node& item : found->items()) {
    all.push_back(expression_of(item, name));
  }
  return all;
}

request_input component::input(std::string_view name) const {
  const node* const found = field(name);
  if (found == nullptr) {
    return value();
  }
  return found->is_text() ? request_input(expression_of(*found, name)) : request_input(found->to_value());
}

flat_inputs component::inputs(std::string_view name) const {
  flat_inputs all;
  const node* const found = field(name);
  if (found == nullptr) {
    return all;
  }
  if (!found->is_dict()) {
    refuse("`" + std::string(name) + "` must be a dict, and is " + std::string(found->kind_name()));
  }
  for (const node::member& m : found->members()) {
    const std::string at = std::string(name) + "." + m.name;
    all.members.emplace_back(interpolation(m.name, path_of(at)), m.content.is_text()
                                                                     ? request_input(expression_of(m.content, at))
                                                                     : request_input(m.content.to_value()));
  }
  return all;
}

nested_inputs component::nested(const node& content, const std::string& name) const {
  if (content.is_dict()) {
    nested_inputs::dict members;
    for (const node::member& m : content.members()) {
      const std::string at = name + "." + m.name;
      members.emplace_back(nested_inputs(interpolation(m.name, path_of(at))), nested(m.content, at));
    }
    return members;
  }
  if (content.is_list()) {
    nested_inputs::list items;
    for (const node& item : content.items()) {
      items.push_back(nested(item, name));
    }
    return items;
  }
  return content.is_text() ? nested_inputs(expression_of(content, name)) : nested_inputs(content.scalar());
}

component component::child(std::string_view name) const {
  const node* const found = field(name);
  if (found == nullptr) {
    refuse("misses `" + std::string(name) + "`");
  }
  return {*parts_, *found, path_of(name)};
}

std::optional<component> component::optional_child(std::string_view name) const {
  return field(name) == nullptr ? std::nullopt : std::optional(child(name));
}

std::vector<component> component::children(std::string_view name) const {
  const node* const found = field(name);
  std::vector<component> all;
  if (found == nullptr) {
    return all;
  }
  if (!found->is_list()) {
    return {child(name)};
  }
  for (std::size_t i = 0; i < found->items().size(); ++i) {
    all.emplace_back(*parts_, found->items()[i], path_of(name) + "[" + std::to_string(i) + "]");
  }
  return all;
}

settings component::given() const {
  const node* const parameters = content_.find("$parameters");
  return {parts_->config, parameters != nullptr && parameters->is_dict() ? parameters->to_value() : value::dict_of({})};
}

std::shared_ptr<const variables> component::known() const {
  auto all = std::make_shared<variables>(given().as_variables());
  all->tell_time_by([at = std::chrono::floor<std::chrono::microseconds>(parts_->present)] { return at; });
  return all;
}

}  // namespace ingest::rest
