#include <algorithm>

#include "rest/document/spelling/made_dict.hpp"
#include "rest/document/spelling/spelling.hpp"

namespace ingest::rest {

namespace {

node filter_of(spelling& s, const node& codes, const std::string& name, const char* action) {
  const node list = codes.is_list() ? codes : node::list({codes}, codes.line());
  for (const node& code : list.items()) {
    const value& v = code.scalar();
    if (v.kind() != value::kind::integer || !v.fits_64_bits() || v.integer() < 100 || v.integer() > 599) {
      s.complain(code, "`" + name + "` of `errors` must be statuses of HTTP: " + name + ": [404]");
    }
  }
  return made_dict(codes.line(), "HttpResponseFilter").set("action", action).set("http_codes", list);
}

/// "so many in a period": "10/s", "100/min", "5000/h", "3/10s".
std::optional<std::pair<std::int64_t, std::string>> parsed_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view count = text.substr(0, slash);
  if (slash == std::string_view::npos || count.empty() || count.size() > 9 ||
      count.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string period(text.substr(slash + 1));
  const bool counted = !period.empty() && period.front() >= '0' && period.front() <= '9';
  const auto duration = iso_duration(counted ? period : "1" + period);
  const std::int64_t number = std::stoll(std::string(count));
  return !duration || number == 0 ? std::nullopt : std::optional(std::pair(number, *duration));
}

struct column_type_name {
  std::string_view ours;
  std::string_view type;
  std::string_view format;
};

constexpr column_type_name column_types[] = {
    {"string", "string", ""},
    {"text", "string", ""},
    {"integer", "integer", ""},
    {"number", "number", ""},
    {"boolean", "boolean", ""},
    {"date", "string", "date"},
    {"datetime", "string", "date-time"},
    {"timestamp", "string", "date-time"},
    {"object", "object", ""},
    {"array", "array", ""},
    {"json", "object", ""},
};

node column_of(spelling& s, const node::member& column) {
  const auto* const found = std::find_if(std::begin(column_types), std::end(column_types),
                                         [&](const column_type_name& t) { return t.ours == column.content.text(); });
  if (column.content.is_dict()) {
    return column.content;
  }
  if (found == std::end(column_types)) {
    s.complain(column.content,
               "the type of `" + column.name +
                   "` in `schema` must be string, integer, number, boolean, date, datetime, array or json");
    return column.content;
  }
  made_dict made(column.content.line());
  made.set("type", std::string(found->type));
  if (!found->format.empty()) {
    made.set("format", std::string(found->format));
  }
  return made;
}

node list_of_steps(const std::string& path, int line) {
  std::vector<node> steps;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    steps.push_back(node::text(path.substr(begin, dot - begin), line));
    begin = dot + 1;
  }
  return node::list(std::move(steps), line);
}

node added(spelling& s, const node& add, const parent_link& of) {
  std::vector<node> fields;
  for (const node::member& m : add.members()) {
    const node text = s.expressed_all(m.content, &of, m.content.is_text());
    if (m.content.is_dict() || m.content.is_list()) {
      s.complain(m.content, "`add` adds texts, numbers and expressions; `" + m.name + "` is " +
                                std::string(m.content.kind_name()));
    }
    fields.push_back(made_dict(m.content.line(), "AddedFieldDefinition")
                         .set("path", list_of_steps(m.name, m.content.line()))
                         .set("value", text.is_text() ? std::string(text.text()) : text.to_json()));
  }
  return made_dict(add.line(), "AddFields").set_list("fields", std::move(fields));
}

node removed(spelling& s, const node& remove) {
  std::vector<node> pointers;
  for (const node& name : remove.is_list() ? remove.items() : node::elements{remove}) {
    if (!name.is_text()) {
      s.complain(name, "`remove` must be a field, or a list of them");
    }
    pointers.push_back(list_of_steps(std::string(name.text()), name.line()));
  }
  return made_dict(remove.line(), "RemoveFields").set_list("field_pointers", std::move(pointers));
}

}  // namespace

node spelled_errors(spelling& s, const node* errors, int line) {
  made_dict made(errors == nullptr ? line : errors->line(), "DefaultErrorHandler");
  made.set_list("backoff_strategies", {made_dict(line, "WaitTimeFromHeader").set("header", "Retry-After"),
                                       made_dict(line, "ExponentialBackoffStrategy")});
  if (errors == nullptr || !s.check(*errors, "`errors`", {"ignore", "retry", "fail", "retries"})) {
    return made;
  }
  std::vector<node> filters;
  for (const auto& [name, action] : {std::pair("ignore", "IGNORE"), {"retry", "RETRY"}, {"fail", "FAIL"}}) {
    if (const node* const codes = spelling::at(*errors, name)) {
      filters.push_back(filter_of(s, *codes, name, action));
    }
  }
  if (!filters.empty()) {
    made.set_list("response_filters", std::move(filters));
  }
  if (const node* const retries = spelling::at(*errors, "retries")) {
    if (retries->scalar().kind() != value::kind::integer) {
      s.complain(*retries, "`retries` of `errors` must be a whole number");
    }
    made.set("max_retries", *retries);
  }
  return made;
}

node spelled_rate(spelling& s, const node& rate) {
  const auto parsed = parsed_rate(rate.text());
  if (!parsed) {
    s.complain(rate, "`rate` must be requests in a time: 10/s, 100/min, 5000/h or 3/10s");
    return rate;
  }
  const made_dict one =
      made_dict(rate.line(), "Rate").set_number("limit", parsed->first).set("interval", parsed->second);
  const made_dict policy =
      made_dict(rate.line(), "MovingWindowCallRatePolicy").set_list("rates", {one}).set_list("matchers", {});
  return made_dict(rate.line(), "HTTPAPIBudget").set_list("policies", {policy});
}

node spelled_schema(spelling& s, const node& schema) {
  made_dict made(schema.line());
  made.set("type", "object");
  if (!schema.is_dict()) {
    s.complain(schema, "`schema` must be a dict of columns and their types: schema: {id: integer, at: datetime}");
    return made;
  }
  const node* const properties = schema.find("properties");
  if (properties != nullptr && properties->is_dict()) {
    return made.set("properties", *properties);
  }
  made_dict columns(schema.line());
  for (const node::member& column : schema.members()) {
    columns.set(column.name, column_of(s, column));
  }
  return made.set("properties", columns);
}

std::vector<node> spelled_transformations(spelling& s, const node& stream, const parent_link& of) {
  std::vector<node> all;
  if (const node* const flatten = spelling::at(stream, "flatten"); flatten != nullptr && flatten->truth()) {
    all.push_back(made_dict(flatten->line(), "FlattenFields"));
  }
  if (const node* const names = spelling::at(stream, "names")) {
    if (names->text() != "lower" && names->text() != "snake") {
      s.complain(*names, "`names` must be lower or snake");
    }
    all.push_back(made_dict(names->line(), names->text() == "lower" ? "KeysToLower" : "KeysToSnakeCase"));
  }
  if (const node* const remove = spelling::at(stream, "remove")) {
    all.push_back(removed(s, *remove));
  }
  if (const node* const add = spelling::at(stream, "add")) {
    if (!add->is_dict()) {
      s.complain(*add, "`add` must be a dict of fields and their values");
    }
    all.push_back(added(s, *add, of));
  }
  return all;
}

}  // namespace ingest::rest
