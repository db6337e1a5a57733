#include "rest/requests/request_options.hpp"

#include <string>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t deepest_path = 32;

enum class sameness { refused, allowed };

[[noreturn]] void refuse_collision(std::string_view place, const std::string& path, std::string_view where) {
  throw error(errc::config, std::string(where) + ": \"" + path + "\" is put into " + std::string(place) +
                                " of the request twice; name each member only once, in the requester, its " +
                                "authenticator, the paginator, the cursor or the partition router");
}

void merge(dictionary& to, const dictionary& more, sameness same, std::string_view place, const std::string& above,
           std::string_view where) {
  for (const auto& [name, content] : more) {
    const value* const there = to.find(name);
    const std::string path = above + name.to_text();
    if (there == nullptr) {
      to.set(name, content);
    } else if (same == sameness::allowed && there->is_dict() && content.is_dict()) {
      dictionary merged = there->members();
      merge(merged, content.members(), same, place, path + ".", where);
      to.set(name, value::dict_of(std::move(merged)));
    } else if (same == sameness::refused || !(*there == content)) {
      refuse_collision(place, path, where);
    }
  }
}

bool is_empty(const value& body) {
  return body.is_dict() ? body.members().empty() : !body.truth();
}

void merge_bodies(value& to, const value& more, std::string_view where) {
  if (is_empty(more)) {
    return;
  }
  if (is_empty(to)) {
    to = more;
    return;
  }
  if (!to.is_dict() || !more.is_dict()) {
    throw error(errc::config, std::string(where) +
                                  ": the body of the request is a text, so that nothing can be put into it; give "
                                  "`request_body_data` as members, or inject elsewhere");
  }
  dictionary members = to.members();
  merge(members, more.members(), sameness::refused, "the body", "", where);
  to = value::dict_of(std::move(members));
}

void set_nested(dictionary& to, const std::vector<std::string>& path, std::size_t depth, value content) {
  if (depth + 1 == path.size()) {
    to.set(path[depth], std::move(content));
    return;
  }
  const value* const there = to.find(path[depth]);
  dictionary inner = there != nullptr && there->is_dict() ? there->members() : dictionary();
  set_nested(inner, path, depth + 1, std::move(content));
  to.set(path[depth], value::dict_of(std::move(inner)));
}

}  // namespace

bool request_options::empty() const {
  return parameters.empty() && headers.empty() && is_empty(body_data) && body_json.empty();
}

void combine(request_options& to, const request_options& more, std::string_view where) {
  merge(to.parameters, more.parameters, sameness::refused, "the query", "", where);
  merge(to.headers, more.headers, sameness::refused, "the headers", "", where);
  merge_bodies(to.body_data, more.body_data, where);
  merge(to.body_json, more.body_json, sameness::allowed, "the JSON body", "", where);
}

request_option::request_option(target into, std::vector<interpolation> path) : into_(into), path_(std::move(path)) {
  if (path_.empty() || path_.size() > deepest_path) {
    throw error(errc::config, "a RequestOption needs a `field_name`, or a `field_path` of 1 to " +
                                  std::to_string(deepest_path) + " names");
  }
  if (path_.size() > 1 && into_ != target::body_json) {
    throw error(errc::config, path_.front().where() +
                                  ": `field_path` is for `inject_into: body_json` only; give a `field_name` instead");
  }
}

void request_option::inject(request_options& to, value content, const variables& given) const {
  std::vector<std::string> names;
  names.reserve(path_.size());
  for (const interpolation& part : path_) {
    names.push_back(part.evaluate_itself(given).to_text());
  }
  switch (into_) {
    case target::request_parameter:
      return to.parameters.set(names.front(), std::move(content));
    case target::header:
      return to.headers.set(names.front(), std::move(content));
    case target::body_json:
      return set_nested(to.body_json, names, 0, std::move(content));
    case target::body_data: {
      dictionary members = to.body_data.is_dict() ? to.body_data.members() : dictionary();
      members.set(names.front(), std::move(content));
      to.body_data = value::dict_of(std::move(members));
    }
  }
}

void require_apart(const std::vector<const request_option*>& options, const variables& given, std::string_view where) {
  request_options all;
  std::int64_t number = 0;
  for (const request_option* option : options) {
    if (option != nullptr) {
      request_options one;
      option->inject(one, value::integer_of(++number), given);
      combine(all, one, where);
    }
  }
}

}  // namespace ingest::rest
