#include "rest/paginators/answer_hints.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

#include "rest/paginators/hint_names.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t deepest = 3;

std::optional<std::int64_t> number_in(const value& content) {
  if (content.kind() == value::kind::integer && content.fits_64_bits()) {
    return content.integer();
  }
  const bool digits = content.is_text() && !content.text().empty() && content.text().size() < 16 &&
                      content.text().find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::optional<std::int64_t>(std::stoll(content.text())) : std::nullopt;
}

bool is_absolute(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://") || (text.starts_with('/') && text.size() > 1);
}

/// null, "", false, {}: said, and nothing.
bool is_empty(const value& content) {
  return content.is_none() || (!content.is_number() && !content.truth());
}

std::string parameter_like(std::string_view name, std::string_view snake, std::string_view camel) {
  const bool capitals = std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::isupper(c) != 0; });
  return std::string(capitals ? camel : snake);
}

class hint_walk {
 public:
  explicit hint_walk(answer_hints& into) : hints_(into) {}

  void walk(const value& dict, const std::string& path, bool trusted, std::size_t depth) {
    for (const auto& [name, content] : dict.members()) {
      if (name.is_text() && !content.is_list()) {
        look_at(name.text(), content, path.empty() ? name.text() : path + "." + name.text(), trusted, depth);
      }
    }
  }

  /// Pages and offsets are known by two numbers.
  void add_counted() {
    if (page_ && pages_) {
      const auto now = *page_;
      hints_.ways.push_back({page_way::kind::page, page_place_, "page", value::integer_of(now), *pages_});
    }
    if (offset_ && hints_.total && hints_.total_is_sure) {
      hints_.ways.push_back(
          {page_way::kind::offset, offset_place_, offset_name_, value::integer_of(*offset_), *hints_.total});
    }
  }

 private:
  void look_at(const std::string& name, const value& content, const std::string& place, bool trusted,
               std::size_t depth) {
    const std::string plain = plain_name(name);
    if (trusted && (look_for_next(name, plain, content, place) || look_for_counts(name, plain, content, place))) {
      return;
    }
    if (content.is_dict()) {
      if (depth < deepest) {
        walk(content, place, trusted && holds_hints(plain), depth + 1);
      }
    } else if (looks_like_more(plain) && !is_empty(content) && number_in(content) != 0) {
      hints_.unheeded.push_back(place);
    }
  }

  bool look_for_next(const std::string& name, const std::string& plain, const value& content,
                     const std::string& place) {
    if (says_more(plain) && content.kind() == value::kind::boolean) {
      take_more(content.boolean(), place);
      return true;
    }
    if (says_last(plain) && content.kind() == value::kind::boolean) {
      take_more(!content.boolean(), place);
      return true;
    }
    if (names_next_url(plain)) {
      return take_next(content, place);
    }
    if (const auto token = token_parameter(plain)) {
      return take_token(parameter_like(name, token->snake, token->camel), content, place);
    }
    return false;
  }

  void take_more(bool more, const std::string& place) {
    hints_.more = hints_.more.value_or(false) || more;
    hints_.more_place = more || hints_.more_place.empty() ? place : hints_.more_place;
  }

  /// `next`: a URL, an object with one, a number of a page; or nothing, at the end.
  bool take_next(const value& content, const std::string& place) {
    if (is_empty(content)) {
      hints_.ways.push_back({page_way::kind::url, place, ""});
      return true;
    }
    if (content.is_text() && is_absolute(content.text())) {
      hints_.ways.push_back({page_way::kind::url, place, "", content});
      return true;
    }
    if (const auto number = number_in(content)) {
      hints_.ways.push_back({page_way::kind::next_number, place, "page",
                             *number == 0 ? std::nullopt : std::optional(value::integer_of(*number))});
      return true;
    }
    if (content.is_dict()) {
      return take_next_object(content, place);
    }
    return false;
  }

  bool take_next_object(const value& content, const std::string& place) {
    for (const char* const inner : {"href", "url", "link"}) {
      const value* const found = content.find(inner);
      if (found != nullptr && found->is_text() && is_absolute(found->text())) {
        hints_.ways.push_back({page_way::kind::url, place + "." + inner, "", *found});
        return true;
      }
    }
    const value* const after = content.find("after");
    return after != nullptr && take_token("after", *after, place + ".after");
  }

  bool take_token(const std::string& parameter, const value& content, const std::string& place) {
    if (content.is_dict()) {
      return false;
    }
    page_way way{parameter == "offset" || parameter == "start" ? page_way::kind::next_number : page_way::kind::token,
                 place, parameter};
    if (!is_empty(content)) {
      way.at = content;
    }
    hints_.ways.push_back(std::move(way));
    return true;
  }

  bool look_for_counts(const std::string& name, const std::string& plain, const value& content,
                       const std::string& place) {
    const auto number = number_in(content);
    if (!number) {
      // Some APIs call a token an offset, which is there only if more comes.
      return plain == "offset" && content.is_text() && !content.text().empty() && take_token("offset", content, place);
    }
    if (counts_page(plain)) {
      page_ = *number;
      page_place_ = place;
    } else if (counts_pages(plain)) {
      pages_ = *number;
    } else if (counts_offset(plain)) {
      offset_ = *number;
      offset_place_ = place;
      offset_name_ = name;
    } else if (counts_records(plain)) {
      hints_.total = *number;
      hints_.total_is_sure = true;
    } else if (plain == "count" && !hints_.total) {
      hints_.total = *number;
      hints_.total_is_sure = false;
    } else {
      return false;
    }
    return true;
  }

  answer_hints& hints_;
  std::optional<std::int64_t> page_;
  std::optional<std::int64_t> pages_;
  std::optional<std::int64_t> offset_;
  std::string page_place_;
  std::string offset_place_;
  std::string offset_name_;
};

std::map<std::string, const value*> by_plain_name(const value& headers) {
  std::map<std::string, const value*> all;
  for (const auto& [name, content] : headers.members()) {
    if (name.is_text()) {
      all.emplace(plain_name(name.text()), &content);
    }
  }
  return all;
}

void look_at_headers(const value& headers, answer_hints& hints) {
  const value* const links = headers.find("link");
  const value* const next = links == nullptr || !links->is_dict() ? nullptr : links->find("next");
  const value* const url = next == nullptr || !next->is_dict() ? nullptr : next->find("url");
  if (url != nullptr) {
    hints.ways.push_back({page_way::kind::url, "the header Link", "", *url});
  } else if (links != nullptr && links->is_dict() &&
             (links->find("prev") != nullptr || links->find("last") != nullptr)) {
    hints.ways.push_back({page_way::kind::url, "the header Link", ""});
  }
  const auto all = by_plain_name(headers);
  const auto number = [&](const char* name) {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : number_in(*found->second);
  };
  if (const auto there = all.find("xnextpage"); there != all.end()) {
    const auto page = number("xnextpage");
    hints.ways.push_back({page_way::kind::next_number, "the header X-Next-Page", "page",
                          page ? std::optional(value::integer_of(*page)) : std::nullopt});
  } else if (const auto page = number("xpage"), pages = number("xtotalpages"); page && pages) {
    hints.ways.push_back({page_way::kind::page, "the header X-Page", "page", value::integer_of(*page), *pages});
  }
  for (const char* const name : {"xtotal", "xtotalcount"}) {
    if (const auto total = number(name)) {
      hints.total = total;
    }
  }
}

}  // namespace

answer_hints hints_in(const value& response, const value& headers, bool in_list) {
  answer_hints hints;
  if (headers.is_dict()) {
    look_at_headers(headers, hints);
  }
  if (!in_list && response.is_dict()) {
    hint_walk walk(hints);
    walk.walk(response, "", true, 0);
    walk.add_counted();
  }
  std::stable_sort(hints.ways.begin(), hints.ways.end(),
                   [](const page_way& a, const page_way& b) { return a.what < b.what; });
  return hints;
}

std::string contradiction_of_end(const answer_hints& hints, std::optional<std::size_t> extracted) {
  if (hints.more.value_or(false)) {
    return "`" + hints.more_place + "` says that more comes";
  }
  if (!hints.more && !hints.unheeded.empty()) {
    return "`" + hints.unheeded.front() + "` looks as if more came";
  }
  if (extracted && hints.total && *hints.total > static_cast<std::int64_t>(*extracted)) {
    return "it says that there are " + std::to_string(*hints.total) + " records";
  }
  return "";
}

}  // namespace ingest::rest
