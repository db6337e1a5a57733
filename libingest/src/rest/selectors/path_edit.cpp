#include "rest/selectors/path_edit.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t highest_index = 10000;

bool is_index(const std::string& step) {
  return !step.empty() && std::all_of(step.begin(), step.end(), is_digit);
}

std::size_t index_of(const std::string& step) {
  const auto index = path_step{step}.index();
  if (!index || *index < 0 || *index > static_cast<std::int64_t>(highest_index)) {
    throw error(errc::config, "the index " + step.substr(0, 40) + " is too large; the last one that can be added is " +
                                  std::to_string(highest_index));
  }
  return static_cast<std::size_t>(*index);
}

value container_for(const std::vector<std::string>& path, std::size_t at) {
  return is_index(path[at]) ? value::list_of({}) : value::dict_of({});
}

value set_at(const value& parent, const std::vector<std::string>& path, std::size_t at, value content) {
  const std::string& step = path[at];
  const bool last = at + 1 == path.size();
  const auto below = [&](const value* there) {
    return last ? std::move(content)
                : set_at(there != nullptr ? *there : container_for(path, at + 1), path, at + 1, std::move(content));
  };
  if (parent.is_dict()) {
    dictionary members = parent.members();
    const value child = below(parent.find(step));
    members.set(step, child);
    return value::dict_of(std::move(members));
  }
  if (parent.is_list() && is_index(step)) {
    value::elements items = parent.items();
    const std::size_t index = index_of(step);
    const bool missing = index >= items.size();
    items.resize(std::max(items.size(), index + 1));
    items[index] = below(missing ? nullptr : &items[index]);
    return value::list_of(std::move(items));
  }
  throw error(errc::bad_data,
              "there is " + parent.to_json().substr(0, 100) + " where \"" + step + "\" would have to be added");
}

/// A tree without some of its values. `drops` is asked for each with the way that leads to it.
class pruning {
 public:
  using way = std::vector<std::function<bool(const path_step&)>>;
  explicit pruning(std::function<bool(const way&, const value&)> drops) : drops_(std::move(drops)) {}

  value of(const value& from) { return from.is_dict() ? dict(from) : from.is_list() ? list(from) : from; }

 private:
  value dict(const value& from) {
    dictionary kept;
    for (const auto& [name, child] : from.members()) {
      way_.push_back([&called = name](const path_step& step) { return step.matches_name(called); });
      if (!drops_(way_, child)) {
        kept.set(name, of(child));
      }
      way_.pop_back();
    }
    return value::dict_of(std::move(kept));
  }

  value list(const value& from) {
    const std::size_t size = from.items().size();
    value::elements kept;
    kept.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      const value& child = from.items()[i];
      way_.push_back([i, size](const path_step& step) { return step.matches_index(i, size); });
      if (!drops_(way_, child)) {
        kept.push_back(of(child));
      } else if (i + 1 < size) {
        kept.emplace_back();
      }
      way_.pop_back();
    }
    return value::list_of(std::move(kept));
  }

  std::function<bool(const way&, const value&)> drops_;
  way way_;
};

bool is_leaf(const value& content) {
  return !content.is_dict() && !content.is_list();
}

}  // namespace

value with_value_at(const value& root, const std::vector<std::string>& path, value content) {
  return set_at(root, path, 0, std::move(content));
}

value without_path(const value& root, const glob_path& path) {
  const std::vector<path_step>& steps = path.steps();
  if (steps.size() == 1 && !steps.front().is_pattern() && root.is_dict()) {
    dictionary members = root.members();
    const bool erased = !steps.front().number && members.erase(steps.front().text);
    return erased ? value::dict_of(std::move(members)) : root;
  }
  return pruning([&](const pruning::way& way, const value&) {
           return path.leads_to(way.size(), [&](std::size_t at, const path_step& step) { return way[at](step); });
         })
      .of(root);
}

value without_leaves(const value& root, const std::function<bool(const value&)>& condition) {
  return pruning([&](const pruning::way&, const value& child) { return is_leaf(child) && condition(child); }).of(root);
}

}  // namespace ingest::rest
