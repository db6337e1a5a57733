#include "rest/paginators/found_pagination.hpp"

#include <algorithm>
#include <array>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::array<std::string_view, 5> way_names = {"url", "token", "next_number", "page", "offset"};
constexpr std::string_view remedy =
    ": say with `paginate` how pages are asked for (page, offset, cursor, next_url, link_header), or `paginate: none` "
    "if this is all";

/// What APIs cut their answers to if nothing else is asked for, and at most.
constexpr std::array<std::size_t, 20> usual_sizes = {10,  12,  15,  20,  24,  25,  30,   40,   50,   60,
                                                     100, 150, 200, 250, 300, 500, 1000, 2000, 5000, 10000};

std::string_view name_of(page_way::kind what) {
  return way_names[static_cast<std::size_t>(what)];
}

std::string text_in(const value& token, std::string_view name) {
  const value* const found = token.find(name);
  return found == nullptr ? "" : found->to_text();
}

value token_of(const page_way& way, const value& content) {
  dictionary members;
  members.set("by", value::text_of(std::string(name_of(way.what))));
  members.set("place", value::text_of(way.place));
  if (way.what == page_way::kind::url) {
    members.set("path", content);
  } else {
    members.set("name", value::text_of(way.parameter));
    members.set("content", content);
  }
  return value::dict_of(std::move(members));
}

const page_way* same_way(const answer_hints& hints, const value& asked) {
  const std::string by = text_in(asked, "by");
  const std::string place = text_in(asked, "place");
  const auto found = std::find_if(hints.ways.begin(), hints.ways.end(),
                                  [&](const page_way& w) { return name_of(w.what) == by && w.place == place; });
  return found == hints.ways.end() ? nullptr : &*found;
}

}  // namespace

bool looks_full(std::size_t records, std::int64_t page_size) {
  return (page_size > 0 && records >= static_cast<std::size_t>(page_size)) ||
         std::find(usual_sizes.begin(), usual_sizes.end(), records) != usual_sizes.end();
}

std::optional<value> token_by(const page_way& way, std::size_t extracted) {
  if (!way.at) {
    return std::nullopt;
  }
  if (way.what == page_way::kind::page) {
    const std::int64_t now = way.at->integer();
    // Some count from 0. Where this is the first page of those, the last one is asked for in vain.
    return now < way.total ? std::optional(token_of(way, value::integer_of(now + 1))) : std::nullopt;
  }
  if (way.what == page_way::kind::offset) {
    const std::int64_t next = way.at->integer() + static_cast<std::int64_t>(extracted);
    return extracted > 0 && next < way.total ? std::optional(token_of(way, value::integer_of(next))) : std::nullopt;
  }
  return token_of(way, *way.at);
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

found_pagination::found_pagination(std::int64_t page_size, std::string where)
    : page_size_(page_size), where_(std::move(where)), looked_at_("{{ response }}{{ headers }}", where_) {}

std::optional<value> found_pagination::next_token(const page_facts& page, const std::optional<value>& asked) const {
  const value* const response = page.given.find("response");
  const value* const headers = page.given.find("headers");
  const answer_hints hints =
      hints_in(response == nullptr ? value() : *response, headers == nullptr ? value() : *headers, page.in_list);
  if (asked && text_in(*asked, "by").empty()) {
    throw error(errc::bad_data, where_ +
                                    ": the slice was begun by other rules of pagination: read the stream from its "
                                    "beginning");
  }
  return asked ? further(hints, page.extracted, *asked) : first(hints, page.extracted);
}

void found_pagination::cannot_tell(const std::string& why) const {
  throw error(errc::config, where_ + ": " + why + std::string(remedy));
}

namespace {

/// How many records came up to the end of this page, the first one that was asked for; nothing where that is not known.
std::optional<std::size_t> records_so_far(const answer_hints& hints, std::size_t extracted) {
  for (const page_way& way : hints.ways) {
    if (way.what == page_way::kind::offset && way.at && way.at->integer() >= 0) {
      return static_cast<std::size_t>(way.at->integer()) + extracted;
    }
    if (way.what == page_way::kind::page && way.at && way.at->integer() > 1) {
      return std::nullopt;
    }
  }
  return extracted;
}

}  // namespace

std::optional<value> found_pagination::first(const answer_hints& hints, std::size_t extracted) const {
  for (const page_way& way : hints.ways) {
    // A token may stand beside `has_more: false`: it is that of the last record.
    if (way.what == page_way::kind::token && hints.more == false) {
      continue;
    }
    if (auto token = token_by(way, extracted)) {
      return token;
    }
  }
  const std::string more = contradiction_of_end(hints, records_so_far(hints, extracted));
  if (!more.empty()) {
    cannot_tell("the answer does not say how the next page is asked for, but " + more);
  }
  const bool all_there = hints.total && hints.total_is_sure && static_cast<std::int64_t>(extracted) == *hints.total;
  const bool said = hints.more == false || !hints.ways.empty() || all_there;
  if (!said && looks_full(extracted, page_size_)) {
    cannot_tell("the answer has " + std::to_string(extracted) +
                " records, as if it were cut off there, and does not say whether more come");
  }
  return std::nullopt;
}

void found_pagination::require_heeded(const page_way& way, const value& asked) const {
  const value* const content = asked.find(way.what == page_way::kind::url ? "path" : "content");
  if (content == nullptr || !way.at) {
    return;
  }
  const bool counts = way.what == page_way::kind::page || way.what == page_way::kind::offset;
  if (counts ? !(*way.at == *content) : *way.at == *content) {
    throw error(errc::bad_data, where_ + ": the API does not look at the page that it was asked for by `" +
                                    (way.parameter.empty() ? way.place : way.parameter) + "`, for `" + way.place +
                                    "` of its answer is " + way.at->to_json().substr(0, 100) + std::string(remedy));
  }
}

std::optional<value> found_pagination::further(const answer_hints& hints, std::size_t extracted,
                                               const value& asked) const {
  const page_way* const way = same_way(hints, asked);
  if (way != nullptr) {
    require_heeded(*way, asked);
    const bool ended = way->what == page_way::kind::token && hints.more == false;
    if (auto token = ended ? std::nullopt : token_by(*way, extracted)) {
      return token;
    }
  } else {
    for (const page_way& other : hints.ways) {
      if (const auto token = token_by(other, extracted); token && hints.more.value_or(true)) {
        cannot_tell("the pages before had `" + text_in(asked, "place") + "`, and this one has `" + other.place +
                    "` in its place");
      }
    }
    const std::string by = text_in(asked, "by");
    if (extracted > 0 && (by == "page" || by == "offset")) {
      cannot_tell("`" + text_in(asked, "place") + "` is not in the answer any more, by which pages were counted");
    }
  }
  if (hints.more.value_or(false)) {
    cannot_tell("`" + hints.more_place + "` says that more comes, but `" + text_in(asked, "place") +
                "` does not say how it is asked for");
  }
  return std::nullopt;
}

}  // namespace ingest::rest
