#include "rest/requests/request_inputs.hpp"

#include <algorithm>
#include <string>
namespace ingest::rest {

namespace {

template <class Evaluate>
dictionary evaluated(const flat_inputs& inputs, const variables& given, const Evaluate& evaluate) {
  dictionary result;
  for (const auto& [name, input] : inputs.members) {
    const auto* const text = std::get_if<interpolation>(&input);
    value content = text != nullptr ? evaluate(*text) : std::get<value>(input);
    if (content.is_none() || content.kind() == value::kind::undefined) {
      continue;
    }
    result.set(name.evaluate_name(given), std::move(content));
  }
  return result;
}

bool names_it(const request_input& input, std::string_view variable) {
  const auto* const text = std::get_if<interpolation>(&input);
  return text != nullptr && text->names(variable);
}

/// How json.dumps() spells a key that is no text.
value as_key(const value& name) {
  switch (name.kind()) {
    case value::kind::text:
      return name;
    case value::kind::boolean:
    case value::kind::none:
      return value::text_of(name.to_json());
    default:
      return value::text_of(name.to_text());
  }
}

}  // namespace

value text_or_list(const interpolation& input, const variables& given) {
  value result = input.evaluate(given, value::undefined());
  switch (result.kind()) {
    case value::kind::undefined:
      return {};
    case value::kind::text:
    case value::kind::list:
      return result;
    default:
      return value::text_of(input.render(given));
  }
}

dictionary flat_inputs::texts_and_lists(const variables& given) const {
  return evaluated(*this, given, [&](const interpolation& text) { return text_or_list(text, given); });
}

dictionary flat_inputs::literals(const variables& given) const {
  return evaluated(*this, given, [&](const interpolation& text) { return text.evaluate(given); });
}

bool flat_inputs::names(std::string_view variable) const {
  return std::any_of(members.begin(), members.end(), [&](const auto& member) {
    return member.first.names(variable) || names_it(member.second, variable);
  });
}

value nested_inputs::evaluate(const variables& given) const {
  if (const auto* const text = std::get_if<interpolation>(&content_)) {
    return text->evaluate(given);
  }
  if (const auto* const constant = std::get_if<value>(&content_)) {
    return *constant;
  }
  if (const auto* const items = std::get_if<list>(&content_)) {
    value::elements evaluated_items;
    for (const nested_inputs& item : *items) {
      evaluated_items.push_back(item.evaluate(given));
    }
    return value::list_of(std::move(evaluated_items));
  }
  dictionary members;
  for (const auto& [name, content] : std::get<dict>(content_)) {
    if (value v = content.evaluate(given); !v.is_none()) {
      members.set(as_key(name.evaluate(given)), std::move(v));
    }
  }
  return value::dict_of(std::move(members));
}

bool nested_inputs::names(std::string_view variable) const {
  if (const auto* const text = std::get_if<interpolation>(&content_)) {
    return text->names(variable);
  }
  if (const auto* const items = std::get_if<list>(&content_)) {
    return std::any_of(items->begin(), items->end(), [&](const nested_inputs& i) { return i.names(variable); });
  }
  const auto* const members = std::get_if<dict>(&content_);
  return members != nullptr && std::any_of(members->begin(), members->end(), [&](const auto& m) {
           return m.first.names(variable) || m.second.names(variable);
         });
}

}  // namespace ingest::rest
