#include "rest/paginators/hint_walk.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "core/ascii.hpp"
#include "rest/paginators/hint_names.hpp"
#include "rest/paginators/hint_values.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t deepest = 5;  // data.repository.issues.pageInfo of GraphQL

std::string parameter_like(std::string_view name, std::string_view snake, std::string_view camel) {
  const bool capitals = std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::isupper(c) != 0; });
  return std::string(capitals ? camel : snake);
}

const value* first_of(const value& dict, std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    if (const value* const found = dict.find(name)) {
      return found;
    }
  }
  return nullptr;
}

/// What an element of a list of links leads to: "next", "prev"; "" for what is no link.
std::string relation_of(const value& link) {
  const value* const said = link.is_dict() ? first_of(link, {"rel", "relation"}) : nullptr;
  const value* const one = said != nullptr && said->is_list() && said->items().size() == 1 ? &said->items()[0] : said;
  return one != nullptr && one->is_text() ? plain_name(one->text()) : "";
}

}  // namespace

void hint_walk::walk(const value& dict, const std::string& path, bool trusted, std::size_t depth) {
  for (const auto& [name, content] : dict.members()) {
    if (!name.is_text()) {
      continue;
    }
    const std::string place = path.empty() ? name.text() : path + "." + name.text();
    if (!content.is_list()) {
      look_at(name.text(), content, place, trusted, depth);
    } else if (trusted && lists_links(plain_name(name.text()))) {
      take_links(content, place);
    }
  }
}

void hint_walk::look_at(const std::string& name, const value& content, const std::string& place, bool trusted,
                        std::size_t depth) {
  const std::string plain = plain_name(name);
  if (trusted && (look_for_flags(plain, content, place) || look_for_next(name, plain, content, place) ||
                  look_for_counts(name, plain, content, place, depth))) {
    return;
  }
  if (content.is_dict()) {
    look_at_dict(plain, content, place, trusted, depth);
  } else if ((looks_like_more(plain) || (trusted && counts_what_is_left(plain))) && !says_nothing(content) &&
             number_in(content) != 0 && truth_in(content) != false) {
    hints_.unheeded.push_back(place);
  }
}

void hint_walk::look_at_dict(const std::string& plain, const value& content, const std::string& place, bool trusted,
                             std::size_t depth) {
  if (trusted && names_next_object(plain) && content.truth()) {
    hints_.unheeded.push_back(place);
  } else if (depth < deepest) {
    walk(content, place, trusted && holds_hints(plain), depth + 1);
  }
}

bool hint_walk::look_for_flags(const std::string& plain, const value& content, const std::string& place) {
  const bool counts = content.kind() == value::kind::integer && (number_in(content) == 0 || number_in(content) == 1);
  const auto truth = counts ? std::optional(number_in(content) == 1) : truth_in(content);
  if (truth && says_more(plain)) {
    take_more(*truth, place);
    return true;
  }
  if (truth && !counts && says_last(plain)) {
    take_more(!*truth, place);
    return true;
  }
  if (truth == false && says_complete(plain)) {
    take_more(true, place);
    return true;
  }
  return false;
}

void hint_walk::take_more(bool more, const std::string& place) {
  hints_.more = hints_.more.value_or(false) || more;
  hints_.more_place = more || hints_.more_place.empty() ? place : hints_.more_place;
}

bool hint_walk::look_for_next(const std::string& name, const std::string& plain, const value& content,
                              const std::string& place) {
  if (names_next_url(plain)) {
    return take_next(content, place);
  }
  const auto token = token_parameter(plain);
  return token && take_token(parameter_like(name, token->snake, token->camel), content, place);
}

/// `next`: a URL, an object with one, a number of a page; or nothing, at the end.
bool hint_walk::take_next(const value& content, const std::string& place) {
  if (says_nothing(content)) {
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
  return content.is_dict() && take_next_object(content, place);
}

bool hint_walk::take_next_object(const value& content, const std::string& place) {
  for (const char* const inner : {"href", "url", "link", "uri"}) {
    const value* const found = content.find(inner);
    if (found != nullptr && found->is_text() && is_absolute(found->text())) {
      hints_.ways.push_back({page_way::kind::url, place + "." + inner, "", *found});
      return true;
    }
  }
  for (const char* const inner : {"after", "starting_after", "startingAfter", "cursor", "offset", "page"}) {
    const value* const found = content.find(inner);
    if (found != nullptr && !says_nothing(*found) && take_token(inner, *found, place + "." + inner)) {
      return true;
    }
  }
  return false;
}

bool hint_walk::take_token(const std::string& parameter, const value& content, const std::string& place) {
  if (content.is_dict() || content.is_list()) {
    return false;
  }
  const bool counts = parameter == "offset" || parameter == "start" || parameter == "page";
  page_way way{counts ? page_way::kind::next_number : page_way::kind::token, place, parameter};
  if (!says_nothing(content)) {
    way.at = content;
  }
  hints_.ways.push_back(std::move(way));
  return true;
}

/// [{rel: "next", href: …}, …]. Where links lead back or to the end, but to no next page, that is said.
void hint_walk::take_links(const value& list, const std::string& place) {
  bool of_pages = false;
  for (const value& link : list.items()) {
    const std::string relation = relation_of(link);
    of_pages = of_pages || relation == "prev" || relation == "previous" || relation == "last";
    if (relation != "next") {
      continue;
    }
    const value* const target = first_of(link, {"href", "url", "uri", "link"});
    if (target != nullptr && target->is_text() && is_absolute(target->text())) {
      hints_.ways.push_back({page_way::kind::url, place + " (next)", "", *target});
    } else {
      hints_.unheeded.push_back(place + " (next)");
    }
    return;
  }
  if (of_pages) {
    hints_.ways.push_back({page_way::kind::url, place + " (next)", ""});
  }
}

bool hint_walk::look_for_counts(const std::string& name, const std::string& plain, const value& content,
                                const std::string& place, std::size_t depth) {
  const auto number = number_in(content);
  if (!number) {
    // Some APIs call a token an offset, which is there only if more comes.
    return plain == "offset" && content.is_text() && !content.text().empty() && take_token("offset", content, place);
  }
  return take_count(plain, {*number, place, name}, depth) || take_total(plain, *number);
}

bool hint_walk::take_count(const std::string& plain, const counted& found, std::size_t depth) {
  if (counts_page(plain) || (depth > 0 && plain == "current")) {
    page_ = found;
  } else if (depth > 0 && plain == "last") {
    last_ = found;
  } else if (counts_pages(plain)) {
    pages_ = found;
  } else if (counts_pages_from_0(plain)) {
    pages_ = counted{found.number - 1, found.place, found.name, true};
  } else if (counts_offset(plain)) {
    offset_ = found;
  } else if (tells_size(plain)) {
    size_ = found;
  } else {
    return false;
  }
  return true;
}

bool hint_walk::take_total(const std::string& plain, std::int64_t number) {
  if (counts_records(plain)) {
    hints_.total = number;
    hints_.total_is_sure = true;
  } else if (plain == "count" && !hints_.total) {
    hints_.total = number;
    hints_.total_is_sure = false;
  } else {
    return false;
  }
  return true;
}

void hint_walk::add_counted() {
  const bool total = hints_.total && hints_.total_is_sure;
  if (page_ && !pages_) {
    pages_ = last_;
  }
  if (page_ && !pages_ && total && size_ && size_->number > 0) {
    pages_ = counted{*hints_.total / size_->number + (*hints_.total % size_->number > 0 ? 1 : 0)};
  }
  if (page_ && pages_) {
    hints_.ways.push_back({page_way::kind::page, page_->place, "page", value::integer_of(page_->number), pages_->number,
                           pages_->is_last_from_0});
  } else if (pages_ && pages_->number > 1) {
    // Nobody knows whether they are counted from 0 or from 1.
    hints_.unheeded.push_back(pages_->place);
  }
  if (offset_ && total) {
    hints_.ways.push_back(
        {page_way::kind::offset, offset_->place, offset_->name, value::integer_of(offset_->number), *hints_.total});
  }
}

}  // namespace ingest::rest
