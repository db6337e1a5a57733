#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest::expressions {

/// An expression of a template, parsed.
struct expression {
  enum class kind {
    constant,
    name,           ///< `name`
    list,           ///< `parts`
    tuple,          ///< `parts`
    dict,           ///< `parts`: name, value, name, value …
    attribute,      ///< parts[0].name
    item,           ///< parts[0][parts[1]]
    slice,          ///< parts[0]:parts[1]:parts[2], None where there is none; only as an item's second part
    call,           ///< parts[0](the other parts)
    filter,         ///< parts[0] | name(the other parts)
    test,           ///< parts[0] is name(the other parts)
    negation,       ///< not parts[0]
    both,           ///< parts[0] and parts[1]
    either,         ///< parts[0] or parts[1]
    choice,         ///< parts[0] if parts[1] else parts[2]; undefined where there is no third
    comparison,     ///< parts[0] words[0] parts[1] words[1] parts[2] …
    arithmetic,     ///< parts[0] name parts[1]
    sign,           ///< name is + or -
    concatenation,  ///< parts joined by ~
  };

  kind what = kind::constant;
  std::string name;
  value constant;
  std::vector<expression> parts;
  /// Of a call, filter or test: what its last arguments are called, as many as have names.
  std::vector<std::string> words;
  std::size_t depth = 1;
};

struct statement;
using block = std::vector<statement>;

/// What stands between, and in, a template's braces.
struct statement {
  enum class kind {
    text,       ///< `text`
    output,     ///< {{ of }}
    set,        ///< {% set target = of %}
    set_block,  ///< {% set target %}body{% endset %}, filtered by `of`, whose innermost part is replaced, if any
    set_field,  ///< {% set target.text = of %}
    loop,       ///< {% for target in of if test %}body{% else %}otherwise{% endfor %}
    branches,   ///< {% if %}: `body` has a branch for each condition
    branch,     ///< body, if `of` is true
    scope,      ///< {% with %}
  };

  kind what = kind::text;
  std::string text;
  expression target;  ///< a name, or a tuple of them
  expression of;
  std::vector<expression> tests;  ///< none or one
  block body;
  block otherwise;
};

/// Parses a template of Jinja, as manifests use it: no macros, blocks, includes, imports, no recursive loops. Throws a
/// `fault`.
block parse_template(std::string_view text);

}  // namespace ingest::rest::expressions
