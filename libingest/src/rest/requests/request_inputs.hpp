#pragma once

#include <utility>
#include <variant>
#include <vector>

#include "rest/expressions/interpolation.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What a manifest has for a member's value: a text, to be evaluated, or a constant that YAML made a number, a boolean
/// …
using request_input = std::variant<interpolation, value>;

/// The CDK's InterpolatedMapping: names and values, both evaluated.
struct flat_inputs {
  std::vector<std::pair<interpolation, request_input>> members;

  /// Members whose value comes out empty or undefined are left out. Of query parameters and form members only a list
  /// is read as the Python literal that it looks like; "5" and "True" stay the texts that they are.
  dictionary texts_and_lists(const variables& given) const;

  /// The same, with all literals read, as the CDK does it for headers.
  dictionary literals(const variables& given) const;

  bool names(std::string_view variable) const;
};

/// The CDK's InterpolatedNestedMapping: dicts and lists of any depth, whose texts are evaluated.
class nested_inputs {
 public:
  using dict = std::vector<std::pair<nested_inputs, nested_inputs>>;
  using list = std::vector<nested_inputs>;

  nested_inputs() : content_(value()) {}
  nested_inputs(interpolation text) : content_(std::move(text)) {}
  nested_inputs(value constant) : content_(std::move(constant)) {}
  nested_inputs(dict members) : content_(std::move(members)) {}
  nested_inputs(list items) : content_(std::move(items)) {}

  /// None among the members of a dict is left out, at every depth, but not in a list.
  value evaluate(const variables& given) const;

  bool names(std::string_view variable) const;

 private:
  std::variant<interpolation, value, dict, list> content_;
};

/// A text with the literals of these types read: what `valid_types=(str, list)` does in the CDK. None for an empty or
/// undefined one.
value text_or_list(const interpolation& input, const variables& given);

}  // namespace ingest::rest
