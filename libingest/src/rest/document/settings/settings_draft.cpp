#include "rest/document/settings/settings_draft.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <limits>
#include <vector>

#include "rest/document/settings/schema_forms.hpp"
#include "rest/document/yaml_text.hpp"

namespace ingest::rest {

namespace {

using lines = std::vector<std::string>;

constexpr std::size_t widest = 110;

void append(lines& to, const lines& more, const std::string& before = "") {
  for (const std::string& line : more) {
    to.push_back(line.empty() ? line : before + line);
  }
}

/// On one line: what comes out of a manifest must not end a comment.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_blank = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    if (!is_blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  // Two more characters end a line of YAML 1.1, as UTF-8: next line, and line or paragraph separator.
  for (const std::string_view odd : {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
    for (std::size_t at = line.find(odd); at != std::string::npos; at = line.find(odd, at)) {
      line.replace(at, odd.size(), " ");
    }
  }
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::string text_of(const node& schema, const char* name) {
  const node* const found = schema.find(name);
  return found == nullptr ? std::string() : on_one_line(found->text());
}

/// In comments, wrapped between words.
lines commented(const std::string& text) {
  lines made;
  std::string line = "#";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (line.size() > 1 && line.size() + 1 + end - at > widest) {
      made.push_back(line);
      line = "#";
    }
    line += " " + text.substr(at, end - at);
    at = end + 1;
  }
  if (line.size() > 1) {
    made.push_back(line);
  }
  return made;
}

/// As it must stand in a file whose texts are expanded.
std::string spelled(const node& content) {
  std::string json = content.to_json();
  for (std::size_t at = json.find("${"); at != std::string::npos; at = json.find("${", at + 3)) {
    json.insert(at, 1, '$');
  }
  return json;
}

std::string list_of(const node& values) {
  constexpr std::size_t most = 20;
  std::string all;
  for (std::size_t i = 0; i < std::min(values.items().size(), most); ++i) {
    all += (i == 0 ? "" : ", ") + spelled(values.items()[i]);
  }
  return all + (values.items().size() > most ? " …" : "");
}

std::string variable_of(const std::string& path) {
  std::string name;
  for (const char c : path) {
    const bool is_word = std::isalnum(static_cast<unsigned char>(c)) != 0;
    name += is_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
  }
  return (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0 ? "_" : "") + name;
}

/// Types, bounds and examples of one setting, in words.
std::string facts_of(const node& schema, bool required) {
  std::string facts = required ? "Required" : "Need not be said";
  const auto add = [&](const std::string& word, const std::string& text) {
    if (!text.empty()) {
      facts += "; " + word + text;
    }
  };
  if (const node* const type = schema.find("type"); type != nullptr && type->text() != "string") {
    add("", type->is_list() ? "a type of " + list_of(*type) : on_one_line(type->text()));
  }
  if (const node* const choice = schema.find("enum"); choice != nullptr && choice->items().size() > 1) {
    add("one of ", list_of(*choice));
  }
  add("format ", text_of(schema, "format"));
  add("matches ", text_of(schema, "pattern"));
  for (const char* const bound : {"minimum", "maximum"}) {
    if (const node* const found = schema.find(bound)) {
      add(bound + std::string(" "), on_one_line(found->to_json()));
    }
  }
  if (const node* const examples = schema.find("examples"); examples != nullptr && !examples->items().empty()) {
    add("for example ", list_of(*examples));
  }
  return facts + ".";
}

std::string title_of(const node& schema, const std::string& otherwise) {
  const std::string title = text_of(schema, "title");
  return title.empty() ? on_one_line(otherwise) : title;
}

/// By `order`, where they have one; else as they stand.
node::member_list in_order(node::member_list properties) {
  const auto place = [](const node::member& m) {
    const node* const order = m.content.find("order");
    return order == nullptr || order->scalar().kind() != value::kind::integer ? std::numeric_limits<std::int64_t>::max()
                                                                              : order->scalar().integer();
  };
  std::stable_sort(properties.begin(), properties.end(),
                   [&](const node::member& a, const node::member& b) { return place(a) < place(b); });
  return properties;
}

bool names(const node* list, const std::string& name) {
  return list != nullptr &&
         std::any_of(list->items().begin(), list->items().end(), [&](const node& item) { return item.text() == name; });
}

class draft {
 public:
  lines of_dict(const node& schema, const std::string& path) {
    lines made = of_properties(schema, path);
    const node* const forms = forms_of(schema);
    for (std::size_t i = 0; forms != nullptr && i < forms->items().size(); ++i) {
      const node& form = forms->items()[i];
      append(made, commented((i == 0 ? "This form, or one of those below: " : "In place of that: ") +
                             title_of(form, "form " + std::to_string(i + 1)) + described(form)));
      append(made, of_properties(form, path), i == 0 ? "" : "#");
    }
    return made;
  }

 private:
  static std::string described(const node& schema) {
    const std::string description = text_of(schema, "description");
    return description.empty() ? "" : ". " + description;
  }

  lines of_properties(const node& schema, const std::string& path) {
    lines made;
    const node* const required = schema.find("required");
    for (const node::member& p : in_order(properties_of(schema))) {
      append(made, of_setting(p.name, p.content, path.empty() ? p.name : path + "." + p.name, names(required, p.name)));
    }
    return made;
  }

  lines of_setting(const std::string& name, const node& schema, const std::string& path, bool required) {
    const node* const only = constant_of(schema);
    const bool is_secret = names_secret(schema);
    const node* const otherwise = is_secret ? nullptr : schema.find("default");
    const bool must_be_said = required && otherwise == nullptr;
    const std::string begin = yaml_text(name) + ":";
    lines made;
    if (only != nullptr) {
      return {begin + " " + spelled(*only)};
    }
    append(made, commented(title_of(schema, name) + described(schema)));
    append(made, commented(facts_of(schema, must_be_said)));
    lines inner;
    if (otherwise == nullptr || otherwise->is_dict()) {
      inner = of_dict(schema, path);
    }
    if (!inner.empty()) {
      append(made, {begin}, must_be_said ? "" : "#");
      append(made, inner, must_be_said ? "  " : "#  ");
    } else {
      append(made, {begin + content_of(schema, path)}, must_be_said ? "" : "#");
    }
    made.emplace_back();
    return made;
  }

  static bool names_secret(const node& schema) {
    const node* const secret = schema.find("airbyte_secret");
    return secret != nullptr && secret->truth();
  }

  /// A secret that the manifest itself has is not written down once more.
  static std::string content_of(const node& schema, const std::string& path) {
    if (names_secret(schema)) {
      return " ${" + variable_of(path) + "}";
    }
    const node* const otherwise = schema.find("default");
    return otherwise == nullptr ? "" : " " + spelled(*otherwise);
  }
};

}  // namespace

std::string drafted_settings(const manifest& m) {
  const node* const spec = m.root.find("spec");
  const node* const schema = spec == nullptr ? nullptr : spec->find("connection_specification");
  const lines all = schema == nullptr ? lines() : draft().of_dict(*schema, "");
  if (all.empty()) {
    return "# It does not say that it has settings.\n";
  }
  std::string text;
  for (const std::string& line : all) {
    if (!line.empty() || !text.ends_with("\n\n")) {
      text += line + "\n";
    }
  }
  if (text.ends_with("\n\n")) {
    text.pop_back();
  }
  return text;
}

}  // namespace ingest::rest
