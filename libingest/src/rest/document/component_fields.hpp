#pragma once

#include <span>

#include "rest/document/component_type.hpp"

/// How the rows of the table of components are written.
namespace ingest::rest::fields {

constexpr field_type text(std::string_view name) {
  return {name, holds_text};
}
constexpr field_type texts(std::string_view name) {
  return {name, holds_texts};
}
constexpr field_type list(std::string_view name) {
  return {name, holds_list};
}
constexpr field_type whole(std::string_view name) {
  return {name, holds_whole};
}
constexpr field_type number(std::string_view name) {
  return {name, holds_number};
}
constexpr field_type boolean(std::string_view name) {
  return {name, holds_boolean};
}
constexpr field_type dict(std::string_view name) {
  return {name, holds_dict};
}
constexpr field_type anything(std::string_view name) {
  return {name, holds_anything};
}
constexpr field_type one_of(std::string_view name, std::string_view words) {
  return {name, holds_text, place::none, words};
}
constexpr field_type component(std::string_view name, place of) {
  return {name, holds_component, of};
}
constexpr field_type components(std::string_view name, place of) {
  return {name, holds_components, of};
}
constexpr field_type component_map(std::string_view name, place of) {
  return {name, holds_component_map, of};
}

constexpr field_type required(field_type f) {
  f.is_required = true;
  return f;
}
constexpr field_type expression(field_type f) {
  f.is_expression = true;
  return f;
}
/// Either of two forms of one field.
constexpr field_type operator|(field_type a, const field_type& b) {
  a.holds |= b.holds;
  a.of = a.of == place::none ? b.of : a.of;
  a.words = a.words.empty() ? b.words : a.words;
  return a;
}

}  // namespace ingest::rest::fields

namespace ingest::rest {

std::span<const component_type> source_components();
std::span<const component_type> settings_components();
std::span<const component_type> stream_components();
std::span<const component_type> dynamic_components();
std::span<const component_type> request_components();
std::span<const component_type> authenticator_components();
std::span<const component_type> answer_components();
std::span<const component_type> page_components();
std::span<const component_type> slice_components();
std::span<const component_type> record_components();
std::span<const component_type> decoder_components();
std::span<const component_type> schema_components();

}  // namespace ingest::rest
