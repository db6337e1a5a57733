#include "rest/selectors/record_search.hpp"

#include <algorithm>
#include <functional>

#include "ingest/error.hpp"
#include "json/json_scanner.hpp"
#include "rest/decoders/json_body.hpp"
#include "rest/paginators/hint_names.hpp"

namespace ingest::rest {

namespace {

using detail::json_scanner;

constexpr std::size_t most_lists_told = 8;

class list_walk {
 public:
  explicit list_walk(std::string_view body) : in_(body) {
    walk();
    in_.finish();
  }

  std::vector<answer_list> found;

 private:
  void walk() {
    const char first = in_.peek();
    if (first == '[') {
      read_list();
    } else if (first == '{' && path_.size() < deepest_list) {
      in_.object([this](std::string_view key) {
        path_.emplace_back(key);
        walk();
        path_.pop_back();
      });
    } else {
      in_.value();
    }
  }

  void read_list() {
    answer_list list{path_};
    in_.array(
        [&](std::size_t) { ++(in_.value().what == detail::json_value::kind::object ? list.objects : list.others); });
    found.push_back(std::move(list));
  }

  json_scanner in_;
  std::vector<std::string> path_;
};

glob_path as_glob(const record_search::path& names) {
  std::vector<path_step> steps;
  for (const std::string& name : names) {
    steps.push_back({name});
  }
  return glob_path(std::move(steps));
}

std::string listed(const std::vector<answer_list>& lists) {
  std::string all;
  for (std::size_t i = 0; i < std::min(lists.size(), most_lists_told); ++i) {
    all += (i == 0 ? "`" : ", `") + lists[i].name() + "` (" + std::to_string(lists[i].objects) + ")";
  }
  return all + (lists.size() > most_lists_told ? " …" : "");
}

std::vector<answer_list> with_records(const std::vector<answer_list>& lists) {
  std::vector<answer_list> some;
  std::copy_if(lists.begin(), lists.end(), std::back_inserter(some),
               [](const answer_list& one) { return one.may_have_records(); });
  return some;
}

bool has_links(const answer_list& list) {
  return !list.path.empty() && lists_links(plain_name(list.path.back()));
}

/// Whether the list is called as the stream, or as most APIs call that of the records.
bool is_called_as_records(const answer_list& list, const std::string& stream) {
  const std::string name = list.path.empty() ? stream : plain_name(list.path.back());
  return name == stream || names_records(name);
}

/// Whether records may come where now nothing is.
bool may_fill(const answer_list& list) {
  return std::none_of(list.path.begin(), list.path.end(), [](const std::string& step) {
    const std::string name = plain_name(step);
    return !names_records(name) && (holds_hints(name) || names_no_records(name));
  });
}

/// Whether anything, if only null, is there. Documents that are lists have each element looked into.
bool leads_somewhere(std::string_view body, const record_search::path& way) {
  json_scanner in(body);
  if (way.empty() || in.peek() == '[') {
    return true;
  }
  bool there = false;
  const auto enter = [&](const auto& self, std::size_t depth) -> void {
    if (depth == way.size()) {
      there = true;
      in.value();
    } else if (in.peek() == '{') {
      in.object([&](std::string_view key) {
        if (key == way[depth]) {
          self(self, depth + 1);
        } else {
          in.value();
        }
      });
    } else {
      in.value();
    }
  };
  enter(enter, 0);
  return there;
}

bool has_members(const value& of, const std::vector<std::string>& names) {
  return of.is_dict() &&
         std::all_of(names.begin(), names.end(), [&](const std::string& name) { return of.find(name) != nullptr; });
}

/// Whether the way leads into an object that is like a record itself, of which the list would be a part.
bool is_in_record(const value& document, const glob_path& place, const std::vector<std::string>& fields) {
  const value* at = &document;
  for (const path_step& step : place.steps()) {
    if (at == nullptr || has_members(*at, fields)) {
      break;
    }
    at = at->find(step.text);
  }
  return at != nullptr && has_members(*at, fields);
}

using is_like_record = std::function<bool(const value& object)>;

/// The way to a list whose first object is like a record, inside of objects only.
std::optional<std::string> list_below(const value& in, const is_like_record& like, const std::string& way,
                                      std::size_t depth) {
  if (in.is_list()) {
    return !in.items().empty() && like(in.items().front()) ? std::optional(way) : std::nullopt;
  }
  if (!in.is_dict() || depth == 0) {
    return std::nullopt;
  }
  for (const auto& [name, content] : in.members()) {
    const std::string below = way.empty() ? name.to_text() : way + "." + name.to_text();
    if (auto found = list_below(content, like, below, depth - 1)) {
      return found;
    }
  }
  return std::nullopt;
}

/// {}, null, or nothing at all.
bool says_nothing(std::string_view body) {
  std::string without_blanks(body.substr(0, 64));
  const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  without_blanks.erase(std::remove_if(without_blanks.begin(), without_blanks.end(), is_space), without_blanks.end());
  return without_blanks.empty() || without_blanks == "{}" || without_blanks == "null";
}

}  // namespace

std::string answer_list::name() const {
  std::string all;
  for (const std::string& step : path) {
    all += (all.empty() ? "" : ".") + step;
  }
  return all.empty() ? "." : all;
}

std::vector<answer_list> lists_in(std::string_view body) {
  return std::move(list_walk(body).found);
}

std::optional<std::string> list_of_records(const value& document, const glob_path& place,
                                           const std::vector<std::string>& known_by) {
  if (known_by.empty() || !place.plain() || is_in_record(document, place, known_by)) {
    return std::nullopt;
  }
  return list_below(
      document, [&](const value& object) { return has_members(object, known_by); }, "", deepest_list);
}

record_search::record_search(std::optional<path> stated, std::string where, std::string_view stream)
    : stated_(std::move(stated)), where_(std::move(where)), stream_(plain_name(stream)) {}

std::optional<record_search::path> record_search::remembered() const {
  if (stated_) {
    return stated_;
  }
  const std::lock_guard lock(mutex_);
  return found_;
}

std::optional<glob_path> record_search::known() const {
  const auto way = remembered();
  return way ? std::optional(as_glob(*way)) : std::nullopt;
}

glob_path record_search::path_in(std::string_view body, const std::vector<std::string>& known_by) const {
  body = without_byte_order_mark(body);
  const auto way = remembered();
  if (says_nothing(body)) {
    return as_glob(way.value_or(path()));
  }
  try {
    const auto lists = lists_in(body);
    return as_glob(way ? looked_after(*way, lists, body, known_by) : found_in(lists));
  } catch (const detail::json_fault&) {
    return as_glob(way.value_or(path()));
  }
}

record_search::path record_search::looked_after(const path& way, const std::vector<answer_list>& lists,
                                                std::string_view body, const std::vector<std::string>& known_by) const {
  const auto elsewhere = with_records(lists);
  if (elsewhere.empty() || leads_somewhere(body, way)) {
    return way;
  }
  const auto has_any = [&](const value& object) {  // of several, some may be added to records later
    return std::any_of(known_by.begin(), known_by.end(),
                       [&](const std::string& name) { return object.find(name) != nullptr; });
  };
  if (!known_by.empty() && !list_below(value::from_json(body), has_any, "", deepest_list)) {
    return way;  // many APIs leave a list away that would be empty
  }
  throw error(errc::config, where_ + ": the answer has nothing at `" + answer_list{way}.name() +
                                "`, where its records " + (stated_ ? "should be" : "were before") +
                                ", but a list of objects at " + listed(elsewhere) +
                                ": say with `records` where they are");
}

record_search::path record_search::found_in(const std::vector<answer_list>& lists) const {
  auto candidates = with_records(lists);
  if (candidates.size() > 1) {
    // Links to other pages are no records where something else may be.
    candidates.erase(std::remove_if(candidates.begin(), candidates.end(), has_links), candidates.end());
  }
  const auto is_empty = [](const answer_list& one) { return one.objects == 0 && one.others == 0; };
  if (candidates.size() == 1) {
    const bool is_usual = is_called_as_records(candidates.front(), stream_);
    const auto other = std::find_if(lists.begin(), lists.end(), [&](const answer_list& one) {
      return is_empty(one) && may_fill(one) && (!is_usual || is_called_as_records(one, stream_));
    });
    if (other != lists.end()) {
      // At a time when nothing is new, the records' list may be the empty one.
      throw error(errc::config, where_ + ": the answer has a list of objects at " + listed(candidates) +
                                    ", and an empty one at `" + other->name() +
                                    "`: say with `records` which of them has the records");
    }
    const std::lock_guard lock(mutex_);
    found_ = candidates.front().path;
    return *found_;
  }
  if (candidates.size() > 1) {
    throw error(errc::config, where_ + ": the answer has several lists of objects, at " + listed(candidates) +
                                  ": say with `records` which of them are the records");
  }
  const auto empty = std::find_if(lists.begin(), lists.end(), is_empty);
  if (empty != lists.end()) {
    return empty->path;
  }
  throw error(errc::config, where_ + ": the answer has no list of objects" +
                                (lists.empty() ? "" : ", but lists of other things at " + listed(lists)) +
                                ": say with `records` where its records are, or `records: .` if all of it is one");
}

}  // namespace ingest::rest
