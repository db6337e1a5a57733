#include "rest/document/settings/schema_check.hpp"

#include <algorithm>

#include "core/nearest_name.hpp"
#include "ingest/error.hpp"
#include "rest/document/settings/scalar_check.hpp"
#include "rest/document/settings/schema_forms.hpp"

namespace ingest::rest {

namespace {

std::string below(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

bool is_true(const node* n) {
  return n != nullptr && n->scalar().kind() == value::kind::boolean && n->scalar().boolean();
}

/// What a setting has that is not given; null where that is nothing.
const node* given_by(const node& schema) {
  const node* const only = schema.find("const");
  const node* const otherwise = schema.find("default");
  return only != nullptr ? only : otherwise;
}

/// No constant of the form is contradicted by the instance.
bool may_be_of_form(const node& form, const node& instance) {
  const node* const properties = form.find("properties");
  for (const node::member& p : properties == nullptr ? node::member_list() : properties->members()) {
    const node* const only = constant_of(p.content);
    const node* const given = instance.find(p.name);
    if (only != nullptr && given != nullptr && only->to_json() != given->to_json()) {
      return false;
    }
  }
  return true;
}

}  // namespace

void schema_check::complain(const node& at, const std::string& path, std::string text) {
  findings.push_back({finding::weight::error, path, at.line(), std::move(text), {}});
}

node schema_check::complete(const node& schema, const node& instance, const std::string& path) {
  if (depth_ == node::deepest) {
    complain(instance, path, "the specification is nested too deep");
    return instance;
  }
  ++depth_;
  node made = as_wanted(schema, instance);
  keep_secret(schema, made);
  try {
    if (std::string problem = problem_by_schema(schema, made); !problem.empty()) {
      complain(made, path, std::move(problem));
    } else if (made.is_dict()) {
      made = complete_dict(schema, made, path);
    } else if (made.is_list()) {
      made = complete_list(schema, made, path);
    }
  } catch (const error& e) {
    // Of a pattern that is none.
    complain(schema, path, std::string("cannot be checked: ") + e.what());
  }
  --depth_;
  return made;
}

void schema_check::keep_secret(const node& schema, const node& instance) {
  if (!is_true(schema.find("airbyte_secret"))) {
    return;
  }
  for (const node& item : instance.items()) {
    keep_secret(schema, item);
  }
  for (const node::member& m : instance.members()) {
    keep_secret(schema, m.content);
  }
  if (std::string secret = instance.scalar().is_none() ? "" : instance.scalar().to_text(); !secret.empty()) {
    secrets.push_back(std::move(secret));
  }
}

node schema_check::complete_list(const node& schema, const node& instance, const std::string& path) {
  const node* const of_items = schema.find("items");
  if (of_items == nullptr || !of_items->is_dict()) {
    return instance;
  }
  node::elements items;
  for (std::size_t i = 0; i < instance.items().size(); ++i) {
    items.push_back(complete(*of_items, instance.items()[i], path + "[" + std::to_string(i) + "]"));
  }
  return node::list(std::move(items), instance.line());
}

node schema_check::complete_dict(const node& schema, const node& instance, const std::string& path) {
  node::member_list properties = properties_of(schema);
  const node* const forms = forms_of(schema);
  const node* const form = forms == nullptr ? nullptr : chosen_form(*forms, instance, path);
  if (form != nullptr) {
    for (const node::member& p : properties_of(*form)) {
      set_member(properties, p.name, p.content);
    }
  }
  node::member_list members = instance.members();
  std::vector<std::string> known;
  for (const node::member& p : properties) {
    known.push_back(p.name);
    if (node* const given = find_member(members, p.name)) {
      *given = complete(p.content, *given, below(path, p.name));
    } else if (const node* const otherwise = given_by(p.content)) {
      members.push_back({p.name, *otherwise});
    }
  }
  check_required(schema, members, instance, path);
  if (form != nullptr) {
    check_required(*form, members, instance, path);
  }
  // Where no form fits, all that is said of its members would be noise.
  if (!known.empty() && (forms == nullptr || form != nullptr)) {
    check_unknown(schema, known, instance, path);
  }
  return node::dict(std::move(members), instance.line());
}

void schema_check::check_required(const node& schema, const node::member_list& members, const node& instance,
                                  const std::string& path) {
  const node* const required = schema.find("required");
  for (const node& name : required == nullptr ? node::elements() : required->items()) {
    const bool there =
        std::any_of(members.begin(), members.end(), [&](const auto& m) { return m.name == name.text(); });
    if (!there) {
      complain(instance, below(path, std::string(name.text())), "is required");
    }
  }
}

void schema_check::check_unknown(const node& schema, const std::vector<std::string>& known, const node& instance,
                                 const std::string& path) {
  const node* const more = schema.find("additionalProperties");
  const bool closed = more != nullptr && more->scalar().kind() == value::kind::boolean && !more->scalar().boolean();
  for (const node::member& m : instance.members()) {
    if (std::find(known.begin(), known.end(), m.name) != known.end()) {
      continue;
    }
    const std::string nearest = nearest_name(m.name, known);
    const std::string text =
        "the connector has no such setting" + (nearest.empty() ? std::string() : "; did you mean `" + nearest + "`?");
    findings.push_back(
        {closed ? finding::weight::error : finding::weight::note, below(path, m.name), m.content.line(), text, {}});
  }
}

const node* schema_check::chosen_form(const node& forms, const node& instance, const std::string& path) {
  std::vector<const node*> possible;
  for (const node& form : forms.items()) {
    if (may_be_of_form(form, instance)) {
      possible.push_back(&form);
    }
  }
  if (possible.size() == 1) {
    return possible.front();
  }
  for (const node* const form : possible) {
    schema_check trial;
    trial.depth_ = depth_;
    trial.complete(*form, instance, path);
    const bool fits = std::none_of(trial.findings.begin(), trial.findings.end(),
                                   [](const finding& f) { return f.weight == finding::weight::error; });
    if (fits) {
      return form;
    }
  }
  refuse_forms(forms, instance, path);
  return nullptr;
}

void schema_check::refuse_forms(const node& forms, const node& instance, const std::string& path) {
  std::string name;
  std::string words;
  for (const node& form : forms.items()) {
    for (const node::member& p : properties_of(form)) {
      const node* const only = constant_of(p.content);
      if (only != nullptr && (name.empty() || name == p.name)) {
        name = p.name;
        words += (words.empty() ? "" : ", ") + only->to_json();
        break;
      }
    }
  }
  if (name.empty()) {
    complain(instance, path, "fits none of the " + std::to_string(forms.items().size()) + " forms that it may have");
  } else {
    complain(instance, below(path, name), "must say which form is meant, and be one of " + words);
  }
}

}  // namespace ingest::rest
