#include "rest/document/settings/scalar_check.hpp"

#include <algorithm>
#include <vector>

#include "rest/document/yaml_scalar.hpp"
#include "rest/requests/pattern.hpp"

namespace ingest::rest {

namespace {

/// The kinds that `type` names; none where any will do.
std::vector<std::string_view> wanted_types(const node& schema) {
  std::vector<std::string_view> types;
  const node* const type = schema.find("type");
  if (type != nullptr && type->is_text()) {
    types.push_back(type->text());
  }
  for (const node& one : type == nullptr ? node::elements() : type->items()) {
    types.push_back(one.text());
  }
  return types;
}

bool is_of_type(const node& n, std::string_view type) {
  const auto kind = n.scalar().kind();
  if (type == "object") {
    return n.is_dict();
  }
  if (type == "array") {
    return n.is_list();
  }
  if (type == "null") {
    return n.is_none();
  }
  if (type == "string") {
    return n.is_text();
  }
  if (type == "boolean") {
    return kind == value::kind::boolean;
  }
  if (type == "integer") {
    return kind == value::kind::integer;
  }
  // A type that JSON schema does not know allows everything.
  return type != "number" || kind == value::kind::integer || kind == value::kind::real;
}

bool is_of_any_type(const node& n, const std::vector<std::string_view>& types) {
  return types.empty() || std::any_of(types.begin(), types.end(), [&n](auto type) { return is_of_type(n, type); });
}

std::string_view name_of_type(std::string_view type) {
  return type == "object"    ? "a dict"
         : type == "array"   ? "a list"
         : type == "null"    ? "nothing"
         : type == "string"  ? "a text"
         : type == "boolean" ? "true or false"
         : type == "integer" ? "a whole number"
                             : "a number";
}

std::string type_problem(const node& instance, const std::vector<std::string_view>& types) {
  std::string wanted;
  for (const auto type : types) {
    wanted += (wanted.empty() ? "" : " or ") + std::string(name_of_type(type));
  }
  std::string problem = "must be " + wanted + ", not " + std::string(instance.kind_name());
  const auto kind = instance.scalar().kind();
  const bool quotes_would_do =
      std::find(types.begin(), types.end(), "string") != types.end() &&
      (kind == value::kind::integer || kind == value::kind::real || kind == value::kind::boolean);
  return quotes_would_do ? problem + ": put it in quotes" : problem;
}

bool same(const node& a, const node& b) {
  return a.to_json() == b.to_json();
}

std::string choice_problem(const node& schema, const node& instance) {
  if (const node* const only = schema.find("const"); only != nullptr && !same(*only, instance)) {
    return "must be " + only->to_json();
  }
  const node* const choice = schema.find("enum");
  if (choice == nullptr || choice->items().empty()) {
    return "";
  }
  std::string words;
  for (const node& one : choice->items()) {
    if (same(one, instance)) {
      return "";
    }
    words += (words.empty() ? "" : ", ") + one.to_json();
  }
  return "must be one of " + words;
}

std::string text_problem(const node& schema, const node& instance) {
  const std::string_view text = instance.text();
  const node* const wanted = schema.find("pattern");
  if (wanted != nullptr && wanted->is_text() && !pattern(std::string(wanted->text()), "pattern").found_in(text)) {
    const node* const described = schema.find("pattern_descriptor");
    return "must be like " +
           std::string(described != nullptr && described->is_text() ? described->text() : wanted->text());
  }
  const auto characters = static_cast<double>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  const node* const least = schema.find("minLength");
  if (least != nullptr && least->scalar().kind() == value::kind::integer && characters < least->scalar().real()) {
    return "must have at least " + least->to_json() + " characters";
  }
  const node* const most = schema.find("maxLength");
  if (most != nullptr && most->scalar().kind() == value::kind::integer && characters > most->scalar().real()) {
    return "must have at most " + most->to_json() + " characters";
  }
  return "";
}

bool is_number(const node* n) {
  return n != nullptr && (n->scalar().kind() == value::kind::integer || n->scalar().kind() == value::kind::real);
}

std::string number_problem(const node& schema, const node& instance) {
  const double number = instance.scalar().real();
  struct bound {
    const char* name;
    const char* words;
    bool (*holds)(double, double);
  };
  static constexpr bound bounds[] = {
      {"minimum", "must be at least ", [](double n, double b) { return n >= b; }},
      {"maximum", "must be at most ", [](double n, double b) { return n <= b; }},
      {"exclusiveMinimum", "must be more than ", [](double n, double b) { return n > b; }},
      {"exclusiveMaximum", "must be less than ", [](double n, double b) { return n < b; }},
  };
  for (const bound& b : bounds) {
    const node* const limit = schema.find(b.name);
    if (is_number(limit) && !b.holds(number, limit->scalar().real())) {
      return b.words + limit->to_json();
    }
  }
  return "";
}

}  // namespace

node as_wanted(const node& schema, const node& instance) {
  const auto types = wanted_types(schema);
  if (!instance.is_text() || is_of_any_type(instance, types)) {
    return instance;
  }
  node typed = node::scalar(plain_scalar(instance.text()), instance.line());
  return is_of_any_type(typed, types) ? typed : instance;
}

std::string problem_by_schema(const node& schema, const node& instance) {
  const auto types = wanted_types(schema);
  if (!is_of_any_type(instance, types)) {
    return type_problem(instance, types);
  }
  if (std::string problem = choice_problem(schema, instance); !problem.empty()) {
    return problem;
  }
  return instance.is_text()     ? text_problem(schema, instance)
         : is_number(&instance) ? number_problem(schema, instance)
                                : "";
}

}  // namespace ingest::rest
