#include "rest/document/node_edit.hpp"

#include <functional>
#include <utility>

#include "rest/selectors/path_edit.hpp"

namespace ingest::rest {

namespace {

class replacing {
 public:
  replacing(const glob_path& path, const node& content) : path_(path), content_(content) {
    for (const path_step& step : path.steps()) {
      deep_ = deep_ || step.any_depth();
    }
  }

  node of(const node& from) {
    const std::size_t before = places_;
    node changed = from.is_dict() ? dict(from) : from.is_list() ? list(from) : from;
    // What nothing was changed in stays shared.
    return places_ == before ? from : changed;
  }

  std::size_t places() const { return places_; }

 private:
  using step_match = std::function<bool(const path_step&)>;

  node dict(const node& from) {
    node::member_list members = from.members();
    for (node::member& m : members) {
      const value name = value::text_of(m.name);
      m.content = child(m.content, [&name](const path_step& step) { return step.matches_name(name); });
    }
    return node::dict(std::move(members), from.line());
  }

  node list(const node& from) {
    node::elements items = from.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      items[i] =
          child(items[i], [i, size = items.size()](const path_step& step) { return step.matches_index(i, size); });
    }
    return node::list(std::move(items), from.line());
  }

  node child(const node& from, step_match matches) {
    const auto& steps = path_.steps();
    const std::size_t at = way_.size();
    if (!deep_ && (at >= steps.size() || !matches(steps[at]))) {
      return from;
    }
    way_.push_back(std::move(matches));
    const bool found =
        path_.leads_to(way_.size(), [this](std::size_t place, const path_step& step) { return way_[place](step); });
    places_ += found ? 1 : 0;
    node made = found ? content_ : of(from);
    way_.pop_back();
    return made;
  }

  const glob_path& path_;
  const node& content_;
  bool deep_ = false;
  std::vector<step_match> way_;
  std::size_t places_ = 0;
};

node made_node(const value& content, const node* before, int line) {
  if (before != nullptr && before->line() != 0) {
    line = before->line();
  }
  if (content.is_list() || content.kind() == value::kind::tuple) {
    node::elements items;
    for (std::size_t i = 0; i < content.items().size(); ++i) {
      const bool known = before != nullptr && i < before->items().size();
      items.push_back(made_node(content.items()[i], known ? &before->items()[i] : nullptr, line));
    }
    return node::list(std::move(items), line);
  }
  if (content.is_dict()) {
    node::member_list members;
    for (const auto& [name, child] : content.members()) {
      std::string text = name.to_text();
      const node* const known = before == nullptr ? nullptr : before->find(text);
      set_member(members, text, made_node(child, known, line));
    }
    return node::dict(std::move(members), line);
  }
  const bool plain =
      content.is_none() || content.is_text() || content.is_number() || content.kind() == value::kind::boolean;
  return node::scalar(plain ? content : value::text_of(content.to_text()), line);
}

}  // namespace

node node_of(const value& content, int line) {
  return made_node(content, nullptr, line);
}

node node_like(const value& content, const node& before) {
  return made_node(content, &before, before.line());
}

node_replacement with_replaced(const node& root, const glob_path& path, const node& content) {
  if (path.empty()) {
    return {root, 0};
  }
  replacing work(path, content);
  node changed = work.of(root);
  return {std::move(changed), work.places()};
}

node with_added(const node& root, const glob_path& path, const node& content) {
  std::vector<std::string> steps;
  for (const path_step& step : path.steps()) {
    steps.push_back(step.text);
  }
  return node_like(with_value_at(root.to_value(), steps, content.to_value()), root);
}

}  // namespace ingest::rest
