// Filters that make texts of texts.
#include <algorithm>

#include "rest/expressions/characters.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/filter_tables.hpp"
#include "rest/expressions/formatting.hpp"
#include "rest/expressions/operations.hpp"
#include "rest/expressions/python_json.hpp"
#include "rest/expressions/text_searches.hpp"
#include "rest/expressions/url_quoting.hpp"

namespace ingest::rest::expressions {

namespace {

template <std::string (*Map)(std::string_view)>
value mapped(const value& of, const arguments& with) {
  with.bound_to("the filter", {}, 0);
  return value::text_of(Map(of.to_text()));
}

/// Jinja's title: a word begins behind blanks, hyphens and opening brackets.
std::string title(std::string_view text) {
  std::string out;
  bool inside = false;
  while (!text.empty()) {
    const character c = first_character(text);
    out += inside ? lower_of(c.bytes) : upper_of(c.bytes);
    inside = !is_space(c.code) &&
             (c.code >= 0x80 || std::string_view("-({[<").find(static_cast<char>(c.code)) == std::string_view::npos);
    text.remove_prefix(c.bytes.size());
  }
  return out;
}

value trim(const value& of, const arguments& with) {
  const auto given = with.bound_to("trim", {"chars"}, 0);
  return call_text_method(of.to_text(), "strip", {{given[0].value_or(value())}, {}});
}

value replace(const value& of, const arguments& with) {
  const auto given = with.bound_to("replace", {"old", "new", "count"}, 2);
  return value::text_of(replaced(of.to_text(), given[0]->to_text(), given[1]->to_text(), whole_or(given[2], -1)));
}

value center(const value& of, const arguments& with) {
  return value::text_of(aligned(of.to_text(), '^', whole_or(with.bound_to("center", {"width"}, 0)[0], 80), " "));
}

value format(const value& of, const arguments& with) {
  if (with.by_name.empty()) {
    return value::text_of(printf_formatted(of.to_text(), value::tuple_of(with.in_order)));
  }
  if (!with.in_order.empty()) {
    fail(fault::kind::other, "the filter 'format' takes arguments with names, or without, but not both");
  }
  dictionary named;
  for (const auto& [name, content] : with.by_name) {
    named.set(name, content);
  }
  return value::text_of(printf_formatted(of.to_text(), value::dict_of(std::move(named))));
}

value urlencode(const value& of, const arguments& with) {
  with.bound_to("urlencode", {}, 0);
  if (of.is_text() || !is_iterable(of)) {
    return value::text_of(url_quoted(of.to_text()));
  }
  value::elements pairs;
  if (of.is_dict()) {
    for (const auto& [name, content] : of.members()) {
      pairs.push_back(value::tuple_of({name, content}));
    }
  } else {
    pairs = elements_of(of);
  }
  std::string out;
  for (const value& pair : pairs) {
    const value::elements both = elements_of(pair);
    if (both.size() != 2) {
      fail(fault::kind::value, "urlencode takes pairs");
    }
    out += (out.empty() ? "" : "&") + quoted_plus(both[0].to_text()) + "=" + quoted_plus(both[1].to_text());
  }
  return value::text_of(std::move(out));
}

value escape(const value& of, const arguments& with) {
  with.bound_to("escape", {}, 0);
  std::string out;
  for (const char c : of.to_text()) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&#34;";
        break;
      default:
        out += c;
    }
  }
  return value::text_of(std::move(out));
}

value safe(const value& of, const arguments& with) {
  with.bound_to("safe", {}, 0);
  return value::text_of(of.to_text());
}

value indent(const value& of, const arguments& with) {
  const auto given = with.bound_to("indent", {"width", "first", "blank"}, 0);
  if (!of.is_text()) {
    require_defined(of);
    fail(of.is_list() ? fault::kind::other : fault::kind::type, "indent takes a text, not '" + type_name(of) + "'");
  }
  const bool by_text = given[0] && given[0]->is_text();
  const std::int64_t width = by_text ? 0 : whole_or(given[0], 4);
  check_size(static_cast<std::size_t>(std::max<std::int64_t>(width, 0)), 100'000);
  const std::string by =
      by_text ? given[0]->text() : std::string(static_cast<std::size_t>(std::max<std::int64_t>(width, 0)), ' ');
  const bool first = given[1] && given[1]->truth();
  const bool blank = given[2] && given[2]->truth();
  std::string out;
  bool begun = false;
  for (const value& line : lines_of(of.text() + "\n", false)) {
    const bool indented = begun ? blank || !line.text().empty() : first;
    out += (begun ? "\n" : "") + (indented ? by : "") + line.text();
    begun = true;
    check_size(out.size(), max_text_bytes);
  }
  return value::text_of(std::move(out));
}

value truncate(const value& of, const arguments& with) {
  const auto given = with.bound_to("truncate", {"length", "killwords", "end", "leeway"}, 0);
  const std::int64_t length = whole_or(given[0], 255);
  const std::string end = given[2] ? text_in(*given[2], "truncate") : "...";
  const auto end_length = static_cast<std::int64_t>(count_characters(end));
  const std::int64_t leeway = whole_or(given[3], 5);
  if (length < end_length || leeway < 0) {
    fail(fault::kind::other, "truncate leaves no room for its end");
  }
  const auto size = static_cast<std::int64_t>(length_of(of));
  if (size <= length + leeway) {
    return of;
  }
  const bool by_words = !given[1] || !given[1]->truth();
  if (!of.is_text()) {
    fail(of.is_list() && by_words ? fault::kind::other : fault::kind::type, "truncate takes a text");
  }
  const std::string& text = of.text();
  std::string cut = text.substr(0, byte_of_character(text, static_cast<std::size_t>(length - end_length)));
  if (by_words) {
    cut = cut.substr(0, cut.rfind(' '));
  }
  return value::text_of(cut + end);
}

value wordcount(const value& of, const arguments& with) {
  with.bound_to("wordcount", {}, 0);
  std::int64_t words = 0;
  bool inside = false;
  const std::string text = of.to_text();
  for (std::string_view rest = text; !rest.empty();) {
    const character c = first_character(rest);
    const bool word = c.code == '_' || is_letter(c.code) || (c.code >= '0' && c.code <= '9');
    words += word && !inside ? 1 : 0;
    inside = word;
    rest.remove_prefix(c.bytes.size());
  }
  return value::integer_of(words);
}

value tojson(const value& of, const arguments& with) {
  const std::int64_t indent_by = whole_or(with.bound_to("tojson", {"indent"}, 0)[0], -1);
  check_size(static_cast<std::size_t>(std::max<std::int64_t>(indent_by, 0)), 1000);
  std::string out;
  for (const char c :
       python_json(of, true, indent_by < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(indent_by)))) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      case '\'':
        out += "\\u0027";
        break;
      default:
        out += c;
    }
  }
  return value::text_of(std::move(out));
}

}  // namespace

const filter_table& text_filters() {
  static const filter_table all = {
      {"upper", mapped<upper_of>},
      {"lower", mapped<lower_of>},
      {"capitalize", mapped<capitalized>},
      {"title", mapped<title>},
      {"trim", trim},
      {"replace", replace},
      {"center", center},
      {"format", format},
      {"urlencode", urlencode},
      {"escape", escape},
      {"e", escape},
      {"safe", safe},
      {"indent", indent},
      {"truncate", truncate},
      {"wordcount", wordcount},
      {"tojson", tojson},
  };
  return all;
}

}  // namespace ingest::rest::expressions
