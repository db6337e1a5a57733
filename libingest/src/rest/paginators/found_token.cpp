#include "rest/paginators/found_token.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "rest/paginators/hint_values.hpp"

namespace ingest::rest {

namespace {

constexpr std::array<std::string_view, 6> way_names = {"url", "token", "next_number", "page", "offset", "pages"};

std::string_view name_of(page_way::kind what) {
  return way_names[static_cast<std::size_t>(what)];
}

dictionary begun(const page_way& way) {
  dictionary members;
  members.set("by", value::text_of(std::string(name_of(way.what))));
  members.set("place", value::text_of(way.place));
  return members;
}

value named(const page_way& way, const value& content) {
  dictionary members = begun(way);
  if (way.what == page_way::kind::url) {
    members.set("path", content);
  } else {
    members.set("name", value::text_of(way.parameter));
    members.set("content", content);
  }
  return value::dict_of(std::move(members));
}

/// What is known of the pages up to here, the one with so many records among them.
struct progress {
  std::int64_t seen = 0;
  std::int64_t step = 0;
};

progress with_page(const std::optional<found_token>& asked, std::size_t extracted) {
  const auto records = static_cast<std::int64_t>(extracted);
  const auto before = [&](const char* name) { return asked ? asked->number(name).value_or(0) : 0; };
  return {before("seen") + records, std::max(before("step"), records)};
}

value counted(const page_way& way, std::int64_t content, const progress& so_far, bool again) {
  dictionary members = begun(way);
  members.set("name", value::text_of(way.parameter));
  members.set("content", value::integer_of(content));
  members.set("seen", value::integer_of(so_far.seen));
  members.set("step", value::integer_of(so_far.step));
  members.set("last", value::integer_of(way.total));
  if (again) {
    members.set("again", value::boolean_of(true));
  }
  return value::dict_of(std::move(members));
}

/// The number of the page, or its offset, that a counted way stands at.
std::optional<std::int64_t> stands_at(const page_way& way, const std::optional<found_token>& asked) {
  if (way.what == page_way::kind::pages) {
    return asked ? asked->number("content") : std::optional<std::int64_t>(1);
  }
  return way.at ? number_in(*way.at) : std::nullopt;
}

}  // namespace

std::optional<value> found_token::behind(const page_way& way, const std::optional<value>& asked,
                                         std::size_t extracted) {
  if (!rest::counts(way.what)) {
    return way.at ? std::optional(named(way, *way.at)) : std::nullopt;
  }
  const auto before = asked ? std::optional<found_token>(found_token(*asked)) : std::nullopt;
  const auto now = stands_at(way, before);
  const bool by_records = way.what == page_way::kind::offset;
  const auto records = static_cast<std::int64_t>(extracted);
  // Some count pages from 0. Where this is the first page of those, the last one is asked for in vain.
  if (!now || *now + (by_records ? records : 0) >= way.total) {
    return std::nullopt;
  }
  const progress so_far = with_page(before, extracted);
  if (extracted == 0 && !(before && before->is_again())) {
    return counted(way, *now, so_far, true);
  }
  const std::int64_t next = *now + (!by_records ? 1 : extracted > 0 ? records : so_far.step);
  return next == *now ? std::nullopt : std::optional(counted(way, next, so_far, false));
}

std::string found_token::text(const char* name) const {
  const value* const found = token_.find(name);
  return found == nullptr ? "" : found->to_text();
}

bool found_token::leads_by(const page_way& way) const {
  return name_of(way.what) == by() && way.place == place();
}

bool found_token::counts() const {
  const auto* const found = std::find(way_names.begin(), way_names.end(), by());
  return found != way_names.end() && rest::counts(static_cast<page_way::kind>(found - way_names.begin()));
}

const value* found_token::content() const {
  const value* const path = token_.find("path");
  return path != nullptr ? path : token_.find("content");
}

std::optional<std::int64_t> found_token::number(const char* name) const {
  const value* const found = token_.find(name);
  return found == nullptr ? std::nullopt : number_in(*found);
}

void inject_found(request_options& to, const value& token) {
  const value* const name = token.find("name");
  const value* const content = token.find("content");
  if (name != nullptr && content != nullptr) {
    to.parameters.set(name->to_text(), *content);
  }
}

std::optional<std::string> path_of_found(const value& token) {
  const value* const path = token.find("path");
  return path == nullptr ? std::nullopt : std::optional(path->to_text());
}

}  // namespace ingest::rest
