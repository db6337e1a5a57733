#include "rest/document/spelling/spelling.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/nearest_name.hpp"
#include "ingest/error.hpp"
#include "log/redaction.hpp"
#include "rest/document/settings/connection_settings.hpp"
#include "rest/document/spelling/made_dict.hpp"

namespace ingest::rest {

namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '@';
  });
}

/// Whether a header, a parameter or a member that is called so takes a secret, which may be renewed.
bool is_of_key(const std::string& name) {
  constexpr std::array<std::string_view, 5> short_names = {"sig", "sign", "pass", "pwd", "pin"};
  return detail::names_secret(name) || std::find(short_names.begin(), short_names.end(), name) != short_names.end();
}

/// As a text of a template, in quotes.
std::string literal_of(std::string_view text) {
  return value::text_of(std::string(text)).to_repr();
}

/// A template of texts and `{{ … }}` as one that says how its result is to be read: a single value as what it is, all
/// else as a text.
std::string read_as_itself(const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = std::min(text.find("{{", i), text.size());
    const std::size_t end = std::min(text.find("}}", begin), text.size());
    if (begin > i) {
      all += (all.empty() ? "" : " ~ ") + literal_of(text.substr(i, begin - i));
    }
    if (begin < text.size()) {
      all += (all.empty() ? "(" : " ~ (") + text.substr(begin + 2, end - begin - 2) + ")";
    }
    i = std::min(end + 2, text.size());
  }
  return "{{ (" + all + ") | itself }}";
}

std::string scalar_text(const value& scalar) {
  if (scalar.kind() == value::kind::boolean) {
    return scalar.boolean() ? "true" : "false";
  }
  return scalar.is_number() ? scalar.digits() : scalar.to_text();
}

bool is_template(std::string_view text) {
  return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos;
}

}  // namespace

void spelling::complain(const node& at, const std::string& problem) {
  problems_ +=
      (problems_.empty() ? "" : "; ") + (at.line() == 0 ? "" : "line " + std::to_string(at.line()) + ": ") + problem;
}

void spelling::finish() const {
  if (!problems_.empty()) {
    throw error(errc::config, file_ + ": " + problems_);
  }
}

bool spelling::check(const node& dict, const std::string& what, std::initializer_list<std::string_view> known) {
  if (!dict.is_dict()) {
    complain(dict, what + " must be a dict, not " + std::string(dict.kind_name()));
    return false;
  }
  const std::vector<std::string> names(known.begin(), known.end());
  for (const node::member& m : dict.members()) {
    if (std::find(names.begin(), names.end(), m.name) == names.end()) {
      const std::string nearest = nearest_name(m.name, names);
      std::string all;
      for (const std::string& name : names) {
        all += (all.empty() ? "" : ", ") + name;
      }
      complain(m.content.line() == 0 ? dict : m.content,
               what + " has no `" + m.name + "`" +
                   (nearest.empty() ? ": it has " + all : "; did you mean `" + nearest + "`?"));
    }
  }
  return true;
}

const node* spelling::at(const node& dict, std::string_view name) {
  const node* const found = dict.find(name);
  return found == nullptr || found->is_none() ? nullptr : found;
}

std::string spelling::text(const node& dict, std::string_view name, const std::string& what, bool secret) {
  const node* const found = at(dict, name);
  if (found == nullptr) {
    return "";
  }
  if (found->is_dict() || found->is_list()) {
    complain(*found,
             "`" + std::string(name) + "` of " + what + " must be a text, not " + std::string(found->kind_name()));
    return "";
  }
  return expressed(*found, nullptr, secret);
}

std::string spelling::required_text(const node& dict, std::string_view name, const std::string& what, bool secret) {
  if (at(dict, name) == nullptr) {
    complain(dict, what + " misses `" + std::string(name) + "`");
  }
  return text(dict, name, what, secret);
}

std::string spelling::setting_named(const std::string& asked, const node& at, usage what) {
  std::string name;
  for (const char c : asked.substr(0, asked.find(":-"))) {
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ? c : '_';
  }
  if (name.empty()) {
    complain(at, "`${" + asked + "}` names nothing: write ${NAME}, ${NAME:-text}, ${file:/path} or ${credential:NAME}");
  }
  const std::string text = "${" + asked + "}";
  std::string unique = name;
  for (int n = 2; settings_.contains(unique) && settings_[unique].text != text; ++n) {
    unique = name + "_" + std::to_string(n);
  }
  setting& s = settings_[unique];
  s.text = text;
  const bool is_key = what == usage::secret || asked.starts_with("file:") || asked.starts_with("credential:") ||
                      (what == usage::request && detail::names_secret(name));
  s.is_key = s.is_key || is_key;
  s.secret = s.secret || is_key || what != usage::plain;
  return "{{ config['" + unique + "'] }}";
}

std::string spelling::expressed(const node& text, const parent_link* of, bool secret) {
  return expressed_for(secret ? usage::secret : usage::plain, text, of);
}

std::string spelling::expressed_path(const node& text, const parent_link& of) {
  return expressed_for(usage::path, text, &of);
}

std::string spelling::expressed_for(usage what, const node& text, const parent_link* of) {
  const std::string all = scalar_text(text.scalar());
  std::string made;
  for (std::size_t i = 0; i < all.size();) {
    const std::string_view rest = std::string_view(all).substr(i);
    const std::size_t end = rest.find('}');
    if (rest.starts_with("$${")) {
      made += "${";
      i += 3;
    } else if (rest.starts_with("${") && end != std::string_view::npos) {
      made += setting_named(std::string(rest.substr(2, end - 2)), text, what);
      i += end + 1;
    } else if (rest.starts_with("${")) {
      complain(text, "`${` has no `}` behind it; write `$${` for the characters themselves");
      break;
    } else if (rest.starts_with("{{")) {
      const std::size_t close = rest.find("}}");
      const std::size_t length = close == std::string_view::npos ? rest.size() : close + 2;
      made += rest.substr(0, length);
      i += length;
    } else if (of != nullptr && rest.front() == '{' && end != std::string_view::npos &&
               reference_in_braces(rest.substr(1, end - 1))) {
      made += reference(std::string(rest.substr(1, end - 1)), *of, text, what);
      i += end + 1;
    } else {
      made += rest.front();
      ++i;
    }
  }
  return made;
}

node spelling::expressed_all(const node& content, const parent_link* of, bool typed, bool holds_key) {
  if (content.is_dict()) {
    node::member_list members;
    for (const node::member& m : content.members()) {
      members.push_back({m.name, expressed_all(m.content, of, typed, holds_key || is_of_key(m.name))});
    }
    return node::dict(std::move(members), content.line());
  }
  if (content.is_list()) {
    node::elements items;
    for (const node& item : content.items()) {
      items.push_back(expressed_all(item, of, typed, holds_key));
    }
    return node::list(std::move(items), content.line());
  }
  if (content.is_none() || (typed && !content.is_text())) {
    return content;
  }
  const std::string_view text = content.text();
  const bool is_key = holds_key || text.starts_with("Bearer ") || text.starts_with("Basic ");
  const std::string made = expressed_for(is_key ? usage::secret : usage::request, content, of);
  // A text of a manifest is read as Python reads literals: quotes keep it what it is.
  return node::text(!typed                                             ? made
                    : !is_template(made)                               ? literal_of(made)
                    : of != nullptr && !references_in(content).empty() ? read_as_itself(made)
                                                                       : made,
                    content.line());
}

std::optional<std::pair<std::string, std::string>> spelling::reference_in_braces(std::string_view inner) const {
  inner.remove_prefix(inner.starts_with('+') ? 1 : 0);
  const std::size_t dot = inner.find('.');
  if (dot == std::string_view::npos || !is_word(inner.substr(dot + 1))) {
    return std::nullopt;
  }
  const std::string stream(inner.substr(0, dot));
  return links.contains(stream) ? std::optional(std::pair(stream, std::string(inner.substr(dot + 1)))) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> spelling::references_in(const node& content) const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const node& item : content.items()) {
    const auto more = references_in(item);
    all.insert(all.end(), more.begin(), more.end());
  }
  for (const node::member& m : content.members()) {
    const auto more = references_in(m.content);
    all.insert(all.end(), more.begin(), more.end());
  }
  const std::string_view text = content.text();
  for (std::size_t i = text.find('{'); i != std::string_view::npos; i = text.find('{', i + 1)) {
    const std::size_t end = text.find('}', i);
    if (end != std::string_view::npos && (i == 0 || text[i - 1] != '$')) {
      if (auto found = reference_in_braces(text.substr(i + 1, end - i - 1))) {
        all.push_back(*std::move(found));
      }
    }
  }
  return all;
}

std::string spelling::reference(const std::string& inner, const parent_link& of, const node& at, usage what) {
  const auto [stream, field] = *reference_in_braces(inner);
  const std::string encoding = what != usage::path      ? ""
                               : inner.starts_with('+') ? " | urlencode"
                                                        : " | urlencode | replace('/', '%2F')";
  std::string way = "stream_partition";
  const parent_link* link = &of;
  for (std::size_t steps = 0; link->is_child() && steps < links.size(); ++steps) {
    if (link->parent == stream) {
      if (link->key == field) {
        return "{{ " + way + "[" + literal_of(partition_name(stream, field)) + "]" + encoding + " }}";
      }
      if (link == &of) {
        const std::string extra = "stream_slice.extra_fields[" + literal_of(field) + "]";
        return "{{ " + (encoding.empty() ? extra : "('' if " + extra + " is none else " + extra + ")" + encoding) +
               " }}";
      }
      complain(at, "`{" + inner + "}`: of \"" + stream + "\" only `" + link->key + "` is known here, by which \"" +
                       stream + "\" has its children");
      return "";
    }
    way += "['parent_slice']";
    link = &links.find(link->parent)->second;
  }
  complain(at, "`{" + inner + "}`: a stream is the child of one stream, and of those above that: \"" + stream +
                   "\" is none of them");
  return "";
}

node spelling::settings(int line) const {
  node::member_list all;
  for (const auto& [name, content] : settings_) {
    all.push_back({name, node::text(content.text, line)});
  }
  return node::dict(std::move(all), line);
}

node spelling::specification(int line) const {
  made_dict properties(line);
  for (const auto& [name, content] : settings_) {
    made_dict one(line);
    one.set("type", "string");
    if (content.secret) {
      one.set_flag("airbyte_secret");
      if (!content.is_key) {
        one.set_flag(tells_source_apart);
      }
    }
    properties.set(name, one);
  }
  made_dict schema(line);
  schema.set("type", "object").set("properties", properties);
  return made_dict(line, "Spec").set("connection_specification", schema);
}

std::string partition_name(std::string_view parent, std::string_view field) {
  std::string name = std::string(parent) + "_" + std::string(field);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; }, '_');
  return name;
}

std::optional<std::string> iso_duration(std::string_view text) {
  if (text.starts_with('P')) {
    return std::string(text);
  }
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string number(text.substr(0, digits));
  const std::string_view unit = text.substr(digits);
  if (number.empty() || number.size() > 9) {
    return std::nullopt;
  }
  if (unit == "s" || unit == "m" || unit == "min" || unit == "h") {
    return "PT" + number + (unit == "s" ? "S" : unit == "h" ? "H" : "M");
  }
  if (unit == "d" || unit == "w" || unit == "mo" || unit == "y") {
    return "P" + number + (unit == "d" ? "D" : unit == "w" ? "W" : unit == "y" ? "Y" : "M");
  }
  return std::nullopt;
}

}  // namespace ingest::rest
