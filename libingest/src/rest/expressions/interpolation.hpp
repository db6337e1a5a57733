#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What an expression may name: config, response, record, stream_slice … Looks into `outer`, which must outlive it, for
/// what it does not have itself.
class variables {
 public:
  explicit variables(const variables* outer = nullptr) : outer_(outer) {}

  void set(std::string_view name, value content);
  const value* find(std::string_view name) const;

 private:
  const variables* outer_;
  std::vector<std::pair<std::string, value>> own_;
};

/// A text of a manifest in which `{{ … }}` and `{% … %}` stand for what is only known later. Parsed once; evaluating it
/// changes nothing and may be done by several threads at a time.
class interpolation {
 public:
  /// The text that is always empty.
  interpolation() : interpolation("", "") {}

  /// `where` names the text in messages: "streams.orders.retriever.requester.path, line 41". Throws errc::config where
  /// it is no template, or uses what is not supported, with the place in it.
  interpolation(std::string text, std::string where);

  const std::string& text() const;
  const std::string& where() const;

  /// True where there is nothing to evaluate.
  bool constant() const;

  /// True where the expression looks at the variable `name` (also by an alias of it).
  bool names(std::string_view name) const;

  /// The CDK's rule: what the template renders is read as a Python literal ("5" is a number, "True" a boolean,
  /// "['a']" a list) and stays a text where it is none. An empty result, and one of an undefined variable, is
  /// `otherwise`. Throws errc::config for what Python would raise.
  value evaluate(const variables& given, const value& otherwise = {}) const;

  /// What the template renders, as it is.
  std::string render(const variables& given) const;

  /// The CDK's rule for conditions: evaluated, and then true but for what Python or a person calls false: False, None,
  /// 0, "", {}, [], "false", "False", "null" …
  bool holds(const variables& given) const;

 private:
  struct compiled;
  std::shared_ptr<const compiled> compiled_;
};

}  // namespace ingest::rest
