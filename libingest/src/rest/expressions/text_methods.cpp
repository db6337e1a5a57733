// The methods of str.
#include <algorithm>
#include <map>

#include "core/ascii.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/formatting.hpp"
#include "rest/expressions/operations.hpp"
#include "rest/expressions/text_searches.hpp"

namespace ingest::rest::expressions {

namespace {

using bound = std::vector<std::optional<value>>;
using method = value (*)(const std::string& of, const arguments& with);

std::string_view stripped(std::string_view text, const std::optional<value>& blanks, bool left, bool right) {
  if (!blanks || blanks->is_none()) {
    text = left ? without_leading_space(text) : text;
    return right ? without_trailing_space(text) : text;
  }
  const value::elements any = elements_of(value::text_of(text_in(*blanks, "strip()")));
  const auto found = [&](auto matches) {
    return std::find_if(any.begin(), any.end(), [&](const value& one) { return matches(one.text()); });
  };
  while (left && !text.empty()) {
    const auto one = found([&](const std::string& c) { return text.starts_with(c); });
    if (one == any.end()) {
      break;
    }
    text.remove_prefix(one->text().size());
  }
  while (right && !text.empty()) {
    const auto one = found([&](const std::string& c) { return text.ends_with(c); });
    if (one == any.end()) {
      break;
    }
    text.remove_suffix(one->text().size());
  }
  return text;
}

template <bool Left, bool Right>
value strip(const std::string& of, const arguments& with) {
  return value::text_of(std::string(stripped(of, with.bound_to("strip", {""}, 0)[0], Left, Right)));
}

template <std::string (*Map)(std::string_view)>
value mapped(const std::string& of, const arguments& with) {
  with.bound_to("a method of str", {}, 0);
  return value::text_of(Map(of));
}

template <bool End>
value begins(const std::string& of, const arguments& with) {
  const bound given = with.bound_to(End ? "endswith" : "startswith", {"", "", ""}, 1);
  const value part = slice_of(value::text_of(of), given[1].value_or(value()), given[2].value_or(value()), {});
  const auto matches = [&](const value& one) {
    const std::string& text = text_in(one, "startswith() and endswith()");
    return End ? part.text().ends_with(text) : part.text().starts_with(text);
  };
  if (given[0]->kind() != value::kind::tuple) {
    return value::boolean_of(matches(*given[0]));
  }
  return value::boolean_of(std::any_of(given[0]->items().begin(), given[0]->items().end(), matches));
}

template <bool Last, bool MustBe>
value find(const std::string& of, const arguments& with) {
  const bound given = with.bound_to("find", {"", "", ""}, 1);
  const std::int64_t at = position_of(of, text_in(*given[0], "find()"), whole_or(given[1], 0), given[2], Last);
  if (at < 0 && MustBe) {
    fail(fault::kind::value, "index() does not find the text");
  }
  return value::integer_of(at);
}

value replace(const std::string& of, const arguments& with) {
  const bound given = with.bound_to("replace", {"", "", ""}, 2);
  return value::text_of(
      replaced(of, text_in(*given[0], "replace()"), text_in(*given[1], "replace()"), whole_or(given[2], -1)));
}

template <bool Right>
value split(const std::string& of, const arguments& with) {
  const bound given = with.bound_to("split", {"sep", "maxsplit"}, 0);
  const std::int64_t most = given[1] ? whole_number(*given[1]) : -1;
  if (!given[0] || given[0]->is_none()) {
    return value::list_of(words_of(of, most, Right));
  }
  const std::string& by = text_in(*given[0], "split()");
  if (by.empty()) {
    fail(fault::kind::value, "split() by an empty text");
  }
  return value::list_of(parts_of(of, by, most, Right));
}

template <bool Last>
value partition(const std::string& of, const arguments& with) {
  const bound given = with.bound_to("partition", {""}, 1);
  const std::string& by = text_in(*given[0], "partition()");
  if (by.empty()) {
    fail(fault::kind::value, "partition() by an empty text");
  }
  const std::size_t at = Last ? of.rfind(by) : of.find(by);
  if (at == std::string::npos) {
    return value::tuple_of(Last ? value::elements{value::text_of(""), value::text_of(""), value::text_of(of)}
                                : value::elements{value::text_of(of), value::text_of(""), value::text_of("")});
  }
  return value::tuple_of(
      {value::text_of(of.substr(0, at)), value::text_of(by), value::text_of(of.substr(at + by.size()))});
}

value join(const std::string& of, const arguments& with) {
  std::string all;
  bool first = true;
  for (const value& one : elements_of(*with.bound_to("join", {""}, 1)[0])) {
    all += first ? "" : of;
    all += text_in(one, "join()");
    first = false;
    check_size(all.size(), max_text_bytes);
  }
  return value::text_of(std::move(all));
}

value format(const std::string& of, const arguments& with) {
  return value::text_of(brace_formatted(of, with));
}

template <char Align>
value align(const std::string& of, const arguments& with) {
  const bound given = with.bound_to("ljust", {"", ""}, 1);
  const std::string fill = given[1] ? text_in(*given[1], "the fill") : " ";
  if (count_characters(fill) != 1) {
    fail(fault::kind::type, "the fill must be one character");
  }
  return value::text_of(aligned(of, Align, whole_number(*given[0]), fill));
}

value zfill(const std::string& of, const arguments& with) {
  const std::int64_t width = whole_number(*with.bound_to("zfill", {""}, 1)[0]);
  const std::size_t sign = of.starts_with('-') || of.starts_with('+') ? 1 : 0;
  return value::text_of(of.substr(0, sign) +
                        aligned(of.substr(sign), '>', width - static_cast<std::int64_t>(sign), "0"));
}

value count(const std::string& of, const arguments& with) {
  const bound given = with.bound_to("count", {"", "", ""}, 1);
  const value part = slice_of(value::text_of(of), given[1].value_or(value()), given[2].value_or(value()), {});
  return value::integer_of(occurrences(part.text(), text_in(*given[0], "count()")));
}

template <bool Suffix>
value without(const std::string& of, const arguments& with) {
  const std::string part = text_in(*with.bound_to("removeprefix", {""}, 1)[0], "removeprefix()");
  if (Suffix) {
    return value::text_of(of.ends_with(part) ? of.substr(0, of.size() - part.size()) : of);
  }
  return value::text_of(of.starts_with(part) ? of.substr(part.size()) : of);
}

value splitlines(const std::string& of, const arguments& with) {
  const bound given = with.bound_to("splitlines", {"keepends"}, 0);
  return value::list_of(lines_of(of, given[0] && given[0]->truth()));
}

template <bool (*Is)(const std::string&)>
value asked(const std::string& of, const arguments& with) {
  with.bound_to("a method of str", {}, 0);
  return value::boolean_of(Is(of));
}

const std::map<std::string_view, method>& methods() {
  static const std::map<std::string_view, method> all = {
      {"strip", strip<true, true>},
      {"lstrip", strip<true, false>},
      {"rstrip", strip<false, true>},
      {"lower", mapped<lower_of>},
      {"upper", mapped<upper_of>},
      {"casefold", mapped<lower_of>},
      {"title", mapped<titled>},
      {"capitalize", mapped<capitalized>},
      {"swapcase", mapped<swapped_case>},
      {"startswith", begins<false>},
      {"endswith", begins<true>},
      {"find", find<false, false>},
      {"rfind", find<true, false>},
      {"index", find<false, true>},
      {"rindex", find<true, true>},
      {"replace", replace},
      {"split", split<false>},
      {"rsplit", split<true>},
      {"partition", partition<false>},
      {"rpartition", partition<true>},
      {"join", join},
      {"format", format},
      {"ljust", align<'<'>},
      {"rjust", align<'>'>},
      {"center", align<'^'>},
      {"zfill", zfill},
      {"count", count},
      {"removeprefix", without<false>},
      {"removesuffix", without<true>},
      {"splitlines", splitlines},
      {"isdigit", asked<is_all_digits>},
      {"isdecimal", asked<is_all_digits>},
      {"isnumeric", asked<is_all_digits>},
      {"isalpha", asked<is_all_letters>},
      {"isalnum", asked<is_all_words>},
      {"isspace", asked<is_all_space>},
      {"islower", asked<is_all_lower>},
      {"isupper", asked<is_all_upper>},
      {"isidentifier", nullptr},
      {"isprintable", nullptr},
      {"istitle", nullptr},
      {"isascii", nullptr},
      {"encode", nullptr},
      {"expandtabs", nullptr},
      {"maketrans", nullptr},
      {"translate", nullptr},
      {"format_map", nullptr},
  };
  return all;
}

}  // namespace

bool has_text_method(std::string_view name) {
  return methods().contains(name);
}

value call_text_method(const std::string& of, std::string_view name, const arguments& with) {
  work_limit::spend(of.size() / 64);
  const auto found = methods().find(name);
  if (found == methods().end() || found->second == nullptr) {
    fail(fault::kind::other, "the method '" + std::string(name) + "' of texts is not supported");
  }
  return found->second(of, with);
}

}  // namespace ingest::rest::expressions
