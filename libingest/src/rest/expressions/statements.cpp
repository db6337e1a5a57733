// Statements.
#include <algorithm>

#include "rest/expressions/evaluation.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/filters.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

/// Jinja's `loop`.
class loop_state final : public object {
 public:
  using shared_items = std::shared_ptr<const value::elements>;

  /// As the items are for all of its turns, their depth is counted once.
  loop_state(shared_items items, std::size_t at, std::size_t level, std::size_t depth_of_items)
      : all_(std::move(items)), items_(*all_), at_(at), level_(level), depth_(depth_of_items) {}

  std::string_view type() const override { return "LoopContext"; }
  std::string repr() const override {
    return "<LoopContext " + std::to_string(at_ + 1) + "/" + std::to_string(items_.size()) + ">";
  }

  std::optional<value> attribute(std::string_view name) const override {
    const auto number = [](std::size_t of) { return value::integer_of(static_cast<std::int64_t>(of)); };
    const std::size_t size = items_.size();
    if (name == "previtem") {
      return at_ == 0 ? value::undefined("there is no previous item") : items_[at_ - 1];
    }
    if (name == "nextitem") {
      return at_ + 1 == size ? value::undefined("there is no next item") : items_[at_ + 1];
    }
    if (name == "first" || name == "last") {
      return value::boolean_of(name == "first" ? at_ == 0 : at_ + 1 == size);
    }
    const std::pair<std::string_view, std::size_t> numbers[] = {
        {"index", at_ + 1}, {"index0", at_},   {"revindex", size - at_}, {"revindex0", size - at_ - 1},
        {"length", size},   {"depth", level_}, {"depth0", level_ - 1}};
    const auto* const found =
        std::find_if(std::begin(numbers), std::end(numbers), [&](auto& n) { return n.first == name; });
    return found == std::end(numbers) ? std::nullopt : std::optional(number(found->second));
  }

  std::size_t depth() const override { return depth_; }
  bool has_method(std::string_view name) const override { return name == "cycle"; }

  value call(std::string_view, const arguments& with) const override {
    if (with.in_order.empty() || !with.by_name.empty()) {
      fail(fault::kind::type, "loop.cycle() takes values");
    }
    return with.in_order[at_ % with.in_order.size()];
  }

 private:
  shared_items all_;
  const value::elements& items_;
  std::size_t at_;
  std::size_t level_;
  std::size_t depth_;
};

}  // namespace

std::string evaluation::rendered(const block& of) {
  std::string out;
  render(of, out);
  return out;
}

void evaluation::render(const block& of, std::string& out) {
  for (const statement& one : of) {
    work_limit::spend(1);
    render(one, out);
    check_size(out.size(), max_text_bytes);
  }
}

void evaluation::render(const statement& one, std::string& out) {
  switch (one.what) {
    case statement::kind::text:
      out += one.text;
      return;
    case statement::kind::output:
      out += of(one.of).to_text();
      return;
    case statement::kind::set:
      return set(one.target, of(one.of));
    case statement::kind::set_block:
      return set_block(one);
    case statement::kind::set_field:
      return set_field(one);
    case statement::kind::loop:
      return loop(one, out);
    case statement::kind::branches:
      return branches(one, out);
    case statement::kind::branch:
      return render(one.body, out);
    case statement::kind::scope:
      scopes_.emplace_back();
      render(one.body, out);
      scopes_.pop_back();
  }
}

void evaluation::branches(const statement& one, std::string& out) {
  const auto taken =
      std::find_if(one.body.begin(), one.body.end(), [&](const statement& branch) { return of(branch.of).truth(); });
  render(taken == one.body.end() ? one.otherwise : taken->body, out);
}

void evaluation::loop(const statement& one, std::string& out) {
  value::elements items = elements_of(of(one.of));
  scopes_.emplace_back();
  if (!one.tests.empty()) {
    value::elements kept;
    for (const value& item : items) {
      set(one.target, item);
      if (of(one.tests.front()).truth()) {
        kept.push_back(item);
      }
    }
    items = std::move(kept);
  }
  const auto all = std::make_shared<const value::elements>(std::move(items));
  const std::size_t depth = depth_of(*all);
  for (std::size_t i = 0; i < all->size(); ++i) {
    scopes_.back().clear();
    set(one.target, (*all)[i]);
    assign("loop", value::object_of(std::make_shared<loop_state>(all, i, scopes_.size() - 1, depth)));
    render(one.body, out);
  }
  scopes_.pop_back();
  if (all->empty()) {
    render(one.otherwise, out);
  }
}

void evaluation::set(const expression& target, const value& to) {
  if (target.what == expression::kind::name) {
    return assign(target.name, to);
  }
  const value::elements all = elements_of(to);
  if (all.size() != target.parts.size()) {
    fail(fault::kind::value, "as many values as names are needed");
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    set(target.parts[i], all[i]);
  }
}

void evaluation::set_field(const statement& one) {
  value* const place = found(one.target.name);
  const auto* const space = place == nullptr ? nullptr : object_in<name_space>(*place);
  if (space == nullptr) {
    fail(fault::kind::other, "only what namespace() made has fields that can be set");
  }
  dictionary fields = space->fields();
  fields.set(one.text, of(one.of));
  *found(one.target.name) = value::object_of(std::make_shared<name_space>(std::move(fields)));
}

void evaluation::set_block(const statement& one) {
  scopes_.emplace_back();
  std::string text;
  render(one.body, text);
  scopes_.pop_back();
  set(one.target, filtered(one.of, value::text_of(std::move(text))));
}

value evaluation::filtered(const expression& filters, const value& to) {
  if (filters.what != expression::kind::filter) {
    return to;
  }
  const value inner = filtered(filters.parts[0], to);
  return apply_filter(filters.name, inner, arguments_of(filters));
}

}  // namespace ingest::rest::expressions
