#include "rest/selectors/glob_path.hpp"

#include <algorithm>
#include <charconv>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_steps = 64;
constexpr std::size_t deepest_value = 512;

/// Walks through all that a path with `**` could lead to, in dpath's order: the children of a value before theirs.
class deep_walk {
 public:
  deep_walk(const glob_path& path, std::vector<value>& found) : path_(path), found_(found) {}

  void children_of(const value& parent) {
    if (way_.size() >= deepest_value) {
      return;
    }
    each_child(parent, [&](const value& child) {
      const auto fits = [&](std::size_t place, const path_step& step) { return way_[place](step); };
      if (path_.leads_to(way_.size(), fits)) {
        found_.push_back(child);
      }
    });
    each_child(parent, [&](const value& child) { children_of(child); });
  }

 private:
  template <class F>
  void each_child(const value& parent, F&& visit) {
    if (parent.is_dict()) {
      for (const auto& [name, child] : parent.members()) {
        way_.push_back([&called = name](const path_step& step) { return step.matches_name(called); });
        visit(child);
        way_.pop_back();
      }
    } else if (parent.is_list()) {
      const std::size_t size = parent.items().size();
      for (std::size_t i = 0; i < size; ++i) {
        way_.push_back([i, size](const path_step& step) { return step.matches_index(i, size); });
        visit(parent.items()[i]);
        way_.pop_back();
      }
    }
  }

  const glob_path& path_;
  std::vector<value>& found_;
  std::vector<std::function<bool(const path_step&)>> way_;
};

/// Without `**` only what fits so far need be looked at.
void walk(const std::vector<path_step>& steps, std::size_t at, const value& from, std::vector<value>& found) {
  if (at == steps.size()) {
    found.push_back(from);
    return;
  }
  const path_step& step = steps[at];
  if (from.is_dict()) {
    if (!step.is_pattern() && !step.number) {
      if (const value* member = from.find(step.text)) {
        walk(steps, at + 1, *member, found);
      }
      return;
    }
    for (const auto& [name, child] : from.members()) {
      if (step.matches_name(name)) {
        walk(steps, at + 1, child, found);
      }
    }
  } else if (from.is_list()) {
    const auto& items = from.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (step.matches_index(i, items.size())) {
        walk(steps, at + 1, items[i], found);
      }
    }
  }
}

}  // namespace

std::optional<std::int64_t> path_step::index() const {
  std::int64_t number_of = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number_of);
  return fault == std::errc() && end == text.data() + text.size() ? std::optional(number_of) : std::nullopt;
}

bool path_step::matches_name(const value& name) const {
  return !number && name.is_text() && (is_pattern() ? matches_pattern(name.text(), text) : name.text() == text);
}

bool path_step::matches_index(std::size_t position, std::size_t size) const {
  const auto place = static_cast<std::int64_t>(position);
  if (const auto wanted = index()) {
    return place == (*wanted < 0 ? *wanted + static_cast<std::int64_t>(size) : *wanted);
  }
  return matches_pattern(std::to_string(position), text);
}

glob_path::glob_path(std::vector<path_step> steps) : steps_(std::move(steps)) {
  if (steps_.size() > most_steps) {
    throw error(errc::config, "the path \"" + to_text().substr(0, 200) + "\" has " + std::to_string(steps_.size()) +
                                  " steps; at most " + std::to_string(most_steps) + " are allowed");
  }
  if (std::count_if(steps_.begin(), steps_.end(), [](const path_step& step) { return step.any_depth(); }) > 1) {
    throw error(errc::config, "the path \"" + to_text() + "\" has several `**`; only one is allowed");
  }
}

glob_path glob_path::from_text(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
  std::vector<path_step> steps;
  while (true) {
    const auto slash = text.find('/');
    steps.push_back({std::string(text.substr(0, slash))});
    if (slash == std::string_view::npos) {
      return glob_path(std::move(steps));
    }
    text.remove_prefix(slash + 1);
  }
}

glob_path glob_path::from_templates(const std::vector<interpolation>& templates, const variables& given) {
  std::vector<path_step> steps;
  steps.reserve(templates.size());
  for (const interpolation& step : templates) {
    const value evaluated = step.evaluate_itself(given);
    const bool number = evaluated.kind() == value::kind::integer;
    steps.push_back({number || evaluated.is_text() ? evaluated.to_text() : step.render(given), number});
  }
  return glob_path(std::move(steps));
}

std::string glob_path::to_text() const {
  std::string text;
  for (const path_step& step : steps_) {
    text += (text.empty() ? "" : "/") + step.text;
  }
  return text;
}

bool glob_path::plain() const {
  return std::none_of(steps_.begin(), steps_.end(), [](const path_step& step) {
    return step.is_pattern() || step.number || step.index().has_value();
  });
}

bool glob_path::has_star() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const path_step& step) { return step.text == "*"; });
}

std::vector<value> glob_path::values(const value& from) const {
  std::vector<value> found;
  if (std::any_of(steps_.begin(), steps_.end(), [](const path_step& step) { return step.any_depth(); })) {
    deep_walk(*this, found).children_of(from);
  } else if (!steps_.empty()) {
    walk(steps_, 0, from, found);
  }
  return found;
}

std::optional<value> glob_path::only(const value& from) const {
  if (steps_.empty()) {
    return from;
  }
  auto found = values(from);
  if (found.size() > 1) {
    throw error(errc::bad_data, "the path \"" + to_text() + "\" leads to " + std::to_string(found.size()) +
                                    " values where one is looked for; with a step \"*\" it means all of them");
  }
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

bool glob_path::leads_to(std::size_t depth,
                         const std::function<bool(std::size_t place, const path_step&)>& step) const {
  const auto deep = std::find_if(steps_.begin(), steps_.end(), [](const path_step& s) { return s.any_depth(); });
  const std::size_t fixed = steps_.size() - (deep == steps_.end() ? 0 : 1);
  if (deep == steps_.end() ? depth != fixed : depth < fixed) {
    return false;
  }
  const auto front = static_cast<std::size_t>(deep - steps_.begin());
  const std::size_t skipped = depth - fixed;
  for (std::size_t i = 0; i < depth; ++i) {
    if (i >= front && i < front + skipped) {
      continue;
    }
    if (!step(i, i < front ? steps_[i] : steps_[i - skipped + (deep == steps_.end() ? 0 : 1)])) {
      return false;
    }
  }
  return true;
}

}  // namespace ingest::rest
