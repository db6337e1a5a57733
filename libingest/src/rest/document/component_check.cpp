#include "rest/document/component_check.hpp"

#include <algorithm>
#include <utility>

#include "core/nearest_name.hpp"
#include "ingest/error.hpp"
#include "rest/expressions/interpolation.hpp"

namespace ingest::rest {

namespace {

std::string in_backticks(std::string_view text) {
  return "`" + std::string(text) + "`";
}

bool is_template(std::string_view text) {
  return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(word, known);
  return nearest.empty() ? "" : "; did you mean " + in_backticks(nearest) + "?";
}

std::string nearest_type(std::string_view word, place where) {
  std::vector<std::string> known;
  for (const component_type& t : component_types()) {
    if (t.stands == where) {
      known.emplace_back(t.name);
    }
  }
  return did_you_mean(word, known);
}

bool is_word(std::string_view text, std::string_view words) {
  while (!words.empty()) {
    const std::size_t bar = std::min(words.find('|'), words.size());
    if (words.substr(0, bar) == text) {
      return true;
    }
    words.remove_prefix(std::min(bar + 1, words.size()));
  }
  return false;
}

std::string listed(std::string_view words) {
  std::string list;
  for (const char c : words) {
    list += c == '|' ? std::string(", ") : std::string(1, c);
  }
  return list;
}

/// "a text or a whole number".
std::string wanted_by(const field_type& field) {
  static constexpr std::pair<holding, std::string_view> kinds[] = {
      {holds_text, "a text"},           {holds_whole, "a whole number"},  {holds_number, "a number"},
      {holds_boolean, "true or false"}, {holds_dict, "a dict"},           {holds_texts, "a list of texts"},
      {holds_list, "a list"},           {holds_component, "a component"}, {holds_components, "a list of components"},
      {holds_component_map, "a dict"},
  };
  std::string wanted;
  for (const auto& [bit, name] : kinds) {
    if ((field.holds & bit) != 0) {
      wanted += (wanted.empty() ? "" : " or ") + std::string(name);
    }
  }
  return wanted;
}

}  // namespace

/// Adds to the path, and takes it away again.
class component_check::place_in_path {
 public:
  place_in_path(std::string& path, const std::string& more) : path_(path), before_(path.size()) {
    path += more.starts_with('[') || path.empty() ? more : "." + more;
  }
  place_in_path(const place_in_path&) = delete;
  place_in_path& operator=(const place_in_path&) = delete;
  ~place_in_path() { path_.resize(before_); }

 private:
  std::string& path_;
  std::size_t before_;
};

std::vector<finding> component_check::look_at(const node& component, place where, const std::string& path) {
  path_ = path;
  walk(component, where);
  return std::exchange(found_, {});
}

std::vector<finding> component_check::look_at_field(const component_type& type, const node& component,
                                                    const node::member& field) {
  path_.clear();
  check_field(type, component, field);
  return std::exchange(found_, {});
}

void component_check::add(enum finding::weight weight, const node& at, std::string text, std::string_view component) {
  found_.push_back({weight, path_, at.line(), std::move(text), std::string(component)});
}

void component_check::walk(const node& component, place where) {
  if (!component.is_dict()) {
    add(finding::weight::error, component,
        "must be " + std::string(name_of(where)) + ", a dict with a type, not " + std::string(component.kind_name()));
    return;
  }
  const node* const named = component.find("type");
  const component_type* const type =
      named == nullptr ? untyped_component(where) : find_component_type(named->text(), where);
  if (type == nullptr) {
    add(finding::weight::error, component,
        named == nullptr
            ? "does not say which kind of " + std::string(name_of(where)).substr(2) + " it is: misses `type`"
            : "unknown type " + in_backticks(named->text()) + nearest_type(named->text(), where));
  } else if (type->stands != where) {
    add(finding::weight::error, component,
        in_backticks(type->name) + " is " + std::string(name_of(type->stands)) + ", but " +
            std::string(name_of(where)) + " must stand here");
  } else if (type->support == support::python || type->support == support::embedded) {
    walk_python(*type, component);
  } else if (type->support == support::lacking) {
    add(finding::weight::lack, component, std::string(type->name) + " is not supported yet", type->name);
  } else if (type->support == support::runs) {
    walk_fields(*type, component);
  }
}

void component_check::walk_fields(const component_type& type, const node& component) {
  check_required(type, component);
  for (const node::member& m : component.members()) {
    if (m.name != "type" && !m.name.starts_with('$')) {
      check_field(type, component, m);
    }
  }
}

void component_check::check_required(const component_type& type, const node& component) {
  for (const field_type& f : type.fields) {
    const node* const content = f.is_required ? component.find(f.name) : &component;
    if (content == nullptr || content->is_none()) {
      add(finding::weight::error, component, std::string(type.name) + " misses " + in_backticks(f.name));
    }
  }
}

void component_check::check_field(const component_type& type, const node& component, const node::member& member) {
  const place_in_path here(path_, member.name);
  const field_type* const field = find_field(type, member.name);
  if (field == nullptr) {
    note_unknown_field(type, component, member);
  } else if (!member.content.is_none()) {
    check_content(*field, member.content);
    if (field->is_expression) {
      check_expressions(member.content);
    }
  }
}

void component_check::note_unknown_field(const component_type& type, const node& component,
                                         const node::member& member) {
  const node* const parameters = component.find("$parameters");
  const bool handed_down = parameters != nullptr && parameters->find(member.name) != nullptr;
  if (type.open || handed_down) {
    return;
  }
  std::vector<std::string> known;
  for (const field_type& f : type.fields) {
    known.emplace_back(f.name);
  }
  add(finding::weight::note, member.content,
      std::string(type.name) + " has no field " + in_backticks(member.name) + ", which is ignored" +
          did_you_mean(member.name, known));
}

void component_check::check_content(const field_type& field, const node& content) {
  if ((field.holds & holds_anything) != 0) {
    return;
  }
  if (content.is_dict()) {
    check_dict(field, content);
  } else if (content.is_list()) {
    check_list(field, content);
  } else {
    check_scalar(field, content);
  }
}

void component_check::check_dict(const field_type& field, const node& content) {
  if ((field.holds & holds_component) != 0) {
    walk(content, field.of);
  } else if ((field.holds & holds_component_map) != 0) {
    for (const node::member& m : content.members()) {
      const place_in_path here(path_, m.name);
      if (m.content.is_dict() || !field.is_expression) {
        walk(m.content, field.of);
      }
    }
  } else if ((field.holds & holds_dict) == 0) {
    refuse_kind(field, content);
  }
}

void component_check::check_list(const field_type& field, const node& content) {
  if ((field.holds & holds_list) != 0) {
    return;
  }
  if ((field.holds & (holds_components | holds_texts)) == 0) {
    refuse_kind(field, content);
    return;
  }
  for (std::size_t i = 0; i < content.items().size(); ++i) {
    const place_in_path here(path_, "[" + std::to_string(i) + "]");
    const node& item = content.items()[i];
    if ((field.holds & holds_components) != 0) {
      walk(item, field.of);
    } else if (item.is_dict() || item.is_list()) {
      add(finding::weight::error, item, "must be a text, not " + std::string(item.kind_name()));
    }
  }
}

void component_check::check_scalar(const field_type& field, const node& content) {
  unsigned fitting = 0;
  switch (content.scalar().kind()) {
    case value::kind::text:
      fitting = holds_text;
      break;
    case value::kind::integer:
      fitting = holds_whole | holds_number;
      break;
    case value::kind::real:
      fitting = holds_number;
      break;
    case value::kind::boolean:
      fitting = holds_boolean;
      break;
    default:
      break;
  }
  if ((field.holds & fitting) == 0) {
    refuse_kind(field, content);
  } else if (!field.words.empty()) {
    check_words(field, content);
  }
}

void component_check::check_words(const field_type& field, const node& content) {
  if (content.is_text() && !is_word(content.text(), field.words)) {
    add(finding::weight::error, content, "must be one of " + listed(field.words));
  }
}

void component_check::refuse_kind(const field_type& field, const node& content) {
  add(finding::weight::error, content, "must be " + wanted_by(field) + ", not " + std::string(content.kind_name()));
}

void component_check::check_expressions(const node& content) {
  for (const node& item : content.items()) {
    check_expressions(item);
  }
  // Components look after their own expressions.
  if (content.find("type") == nullptr) {
    for (const node::member& m : content.members()) {
      const place_in_path here(path_, m.name);
      check_expressions(m.content);
    }
  }
  if (is_template(content.text())) {
    if (const std::string& problem = problem_of(std::string(content.text())); !problem.empty()) {
      add(finding::weight::lack, content, problem, "expression");
    }
  }
}

const std::string& component_check::problem_of(const std::string& expression) {
  const auto known = problems_.find(expression);
  if (known != problems_.end()) {
    return known->second;
  }
  std::string problem;
  try {
    // The path is put before the problem by the finding.
    interpolation(expression, "");
  } catch (const error& e) {
    problem = e.what();
  }
  return problems_.emplace(expression, std::move(problem)).first->second;
}

}  // namespace ingest::rest
