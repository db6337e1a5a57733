#include "rest/exploration/spelled_findings.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "core/trimmed.hpp"
#include "ingest/log.hpp"
#include "json/json_text.hpp"
#include "rest/document/yaml_text.hpp"
#include "rest/requests/url_parts.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view digits = "0123456789";

/// On one line, without what would be shown as something else.
std::string in_comment(const std::string& text) {
  constexpr std::size_t longest = 400;
  std::string whole = log::redact(text);
  if (whole.size() > longest) {
    whole.resize(longest);
    while (!whole.empty() && static_cast<unsigned char>(whole.back()) >= 0x80) {  // no half of a character
      whole.pop_back();
    }
    whole += "…";
  }
  std::string safe;
  for (const char c : whole) {
    safe += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return safe;
}

bool is_identifier(std::string_view segment) {
  const bool number = !segment.empty() && segment.find_first_not_of(digits) == std::string_view::npos;
  const bool uuid =
      segment.size() == 36 && segment.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
  return number || uuid;
}

std::vector<std::string_view> words_of(const std::string& path) {
  auto words = split_path(path);
  std::erase_if(words, [](std::string_view word) { return word.empty(); });
  return words;
}

bool is_below_a_parent(const std::string& path) {
  const auto words = words_of(path);
  return words.size() > 1 && std::any_of(words.begin(), words.end() - 1, is_identifier);
}

/// "${NAME}" and nothing else.
bool is_one_variable(std::string_view text) {
  return text.starts_with("${") && text.find('}') == text.size() - 1;
}

std::string spelt_auth(const asked_credential& one) {
  const std::string_view text = one.text;
  if (!one.in_query && lower(one.name) == "authorization" && text.starts_with("Bearer ") &&
      is_one_variable(ingest::detail::trimmed(text.substr(7)))) {
    return "{bearer: " + ingest::detail::json_string(std::string(ingest::detail::trimmed(text.substr(7)))) + "}";
  }
  return std::string("{api_key: {") + (one.in_query ? "query: " : "header: ") + yaml_text(one.name) +
         ", value: " + ingest::detail::json_string(one.text) + "}}";
}

/// "100;w=60": so many requests in so many seconds.
std::string spelt_rate(std::string_view policy) {
  const std::string_view count = policy.substr(0, policy.find(';'));
  const std::size_t window = policy.find("w=");
  if (window == std::string_view::npos) {
    return "";
  }
  const std::string_view seconds = policy.substr(window + 2, policy.find_first_not_of(digits, window + 2) - window - 2);
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.size() < 9 && text.find_first_not_of(digits) == std::string_view::npos &&
           text.find_first_not_of('0') != std::string_view::npos;
  };
  return is_number(count) && is_number(seconds) ? std::string(count) + "/" + std::string(seconds) + "s" : "";
}

class spelling_lines {
 public:
  explicit spelling_lines(const asked_api& api) : api_(api) {}

  void write_api(const std::string& head, const answer& first) {
    const std::size_t slash = split_point();
    url above = api_.base;
    above.path = api_.base.path.substr(0, slash);
    line("", "# " + in_comment(head));
    line("", "version: 1");
    line("", "api: " + yaml_text(above.origin() + above.path));
    if (!api_.credentials.empty()) {
      line("", "auth: " + spelt_auth(api_.credentials.front()));
    }
    for (const std::string& limit : spelt_limits(first)) {
      line("", limit);
    }
    line("", "streams:");
    line("  ", yaml_text(stream_name(api_)) + ":");
    line(within, "path: " + yaml_text(api_.base.path.substr(slash)));
  }

  void write_requests(const page_rule& pages) {
    std::string headers;
    for (const http_header& h : api_.headers) {
      add_member(headers, h.name, h.value);
    }
    std::string params;
    for (const auto& [name, content] : api_.params) {
      if (name != pages.parameter) {
        add_member(params, name, content);
      }
    }
    for (std::size_t i = 1; i < api_.credentials.size(); ++i) {
      const asked_credential& one = api_.credentials[i];
      add_member(one.in_query ? params : headers, one.name, one.text);
    }
    if (pages.has_size_apart()) {
      params += (params.empty() ? "" : ", ") + yaml_text(pages.size_parameter) + ": " + std::to_string(pages.size);
    }
    if (!headers.empty()) {
      line(within, "headers: {" + headers + "}");
    }
    if (!params.empty()) {
      line(within, "params: {" + params + "}");
    }
  }

  void comment(const std::string& text) { line(within, "# " + in_comment(text)); }
  void member(const std::string& text) { line(within, text); }
  const std::string& text() const { return text_; }

 private:
  static constexpr const char* within = "    ";

  void line(const std::string& indent, const std::string& text) { text_ += indent + text + "\n"; }

  static void add_member(std::string& to, const std::string& name, const std::string& content) {
    to += (to.empty() ? "" : ", ") + yaml_text(name) + ": " + ingest::detail::json_string(content);
  }

  /// Where the path of the stream begins: with its last word.
  std::size_t split_point() const {
    const std::string& path = api_.base.path;
    const std::size_t last = path.find_last_not_of('/');
    return last == std::string::npos ? 0 : path.find_last_of('/', last);
  }

  const asked_api& api_;
  std::string text_;
};

void write_records(spelling_lines& out, const stream_findings& found) {
  const std::string count = std::to_string(found.in_first_answer);
  if (found.place.is_one_record) {
    out.comment("guessed: the answer has no list of objects, so that all of it is one record");
    out.member("records: .");
    return;
  }
  std::string others;
  for (const std::string& other : found.place.others) {
    others += (others.empty() ? "" : ", ") + other;
  }
  out.comment(others.empty() ? "the only list of objects in the first answer, with " + count
                             : "guessed: of several lists of objects the one, with " + count +
                                   ", that looks like records; others are " + others);
  out.member("records: " + yaml_text(found.place.spelling().value_or(".")));
}

void write_key(spelling_lines& out, const asked_api& api, const stream_findings& found) {
  const auto keys = found.facts.keys();
  const std::string all = std::to_string(found.facts.size());
  if (keys.empty()) {
    out.comment("not found: no field that is called like a key is in all of the " + all +
                " records that were seen, and different in each");
    out.member("key: none");
    return;
  }
  out.comment("guessed: it is in all of the " + all + " records that were seen, and different in each" +
              (keys.size() > 1 ? "; so is " + keys[1] : ""));
  if (is_below_a_parent(api.base.path)) {
    out.comment(
        "another parent's records may have the same ones: if they go into one table, the parent belongs into the key");
  }
  out.member("key: " + yaml_text(keys.front()));
}

void write_changes(spelling_lines& out, const stream_findings& found) {
  if (!found.changes) {
    return;
  }
  const time_field& field = *found.changes;
  const std::string order = field.order.empty() ? "" : "; records come sorted by it, " + field.order;
  const std::string all = std::to_string(found.facts.size());
  const std::string begin = "incremental: {field: " + yaml_text(field.name);
  if (!found.since) {
    out.comment(yaml_text(field.name) + " has times" + order +
                (found.since_was_tried ? "; no parameter was found by which only what is new comes" : ""));
    out.comment("If there is one: " + begin + ", param: …" + spelt_format(field.format) + "}");
    return;
  }
  const std::string rule =
      begin + ", param: " + yaml_text(found.since->parameter) + spelt_format(found.since->format) + "}";
  out.comment("with " + found.since->parameter + "=" + found.since->asked +
              " all records came that were newer, and none that was older" + order);
  if (field.tells_changes) {
    out.comment("guessed: all " + all + " records that were seen have " + field.name +
                ", and it changes whenever they do");
    out.member(rule);
  } else {
    out.comment("As " + field.name +
                " does not look as if it told when records change, everything is read each time. If they never do:");
    out.comment(rule);
  }
}

}  // namespace

std::string stream_name(const asked_api& api) {
  const auto words = words_of(api.base.path);
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    std::string name(word->substr(0, word->find('.')));
    std::replace_if(
        name.begin(), name.end(),
        [](char c) { return !is_letter(c) && digits.find(c) == std::string_view::npos && c != '_' && c != '-'; }, '_');
    if (!name.empty() && !is_identifier(*word)) {
      return name;
    }
  }
  return "records";
}

std::vector<std::string> spelt_limits(const answer& given) {
  constexpr std::array<const char*, 7> names = {"RateLimit-Policy",  "RateLimit",          "RateLimit-Limit",
                                                "X-RateLimit-Limit", "X-Rate-Limit-Limit", "X-RateLimit-Remaining",
                                                "X-RateLimit-Reset"};
  std::vector<std::string> lines;
  std::string rate;
  for (const char* const name : names) {
    if (const auto content = given.header(name)) {
      lines.push_back("# " + std::string(name) + ": " + in_comment(std::string(*content)));
      const std::size_t comma = content->find(", ");
      const std::string own = spelt_rate(*content);
      rate = !rate.empty()                                    ? rate
             : own.empty() && comma != std::string_view::npos ? spelt_rate(content->substr(comma + 2))
                                                              : own;
    }
  }
  if (!rate.empty()) {
    lines.push_back("rate: " + rate);
  } else if (!lines.empty()) {
    lines.emplace_back("# The time that this limit is for is not said. If it is known: rate: 100/min");
  }
  return lines;
}

std::string spelt_findings(const std::string& head, const asked_api& api, const answer& first,
                           const stream_findings& found) {
  spelling_lines out(api);
  out.write_api(head, first);
  out.write_requests(found.pages);
  write_records(out, found);
  for (const std::string& note : found.pages.notes) {
    out.comment(note);
  }
  out.member("paginate: " + found.pages.spelling());
  write_key(out, api, found);
  write_changes(out, found);
  return out.text();
}

}  // namespace ingest::rest
