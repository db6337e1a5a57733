#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rest/expressions/arguments.hpp"
#include "rest/expressions/interpolation.hpp"
#include "rest/expressions/syntax.hpp"

namespace ingest::rest::expressions {

/// One rendering of a template. Throws a `fault`.
class evaluation {
 public:
  explicit evaluation(const variables& given) : given_(given), scopes_(1) {}

  std::string rendered(const block& of);

 private:
  using scope = std::vector<std::pair<std::string, value>>;

  value of(const expression& what);
  value of_operator(const expression& what);
  value choice(const expression& what);
  value comparison(const expression& what);
  value item(const expression& what);
  value dict(const expression& what);
  value concatenation(const expression& what);
  value call_of(const expression& what);
  value::elements all_of(const std::vector<expression>& parts);
  arguments arguments_of(const expression& what);

  value variable(const std::string& name) const;
  value* found(const std::string& name);
  void set(const expression& target, const value& to);
  void set_field(const statement& what);
  /// Puts what a method made in the place of what it changed.
  void replace(const expression& place, const value& by);
  void assign(const std::string& name, const value& to);

  void render(const block& of, std::string& out);
  void render(const statement& of, std::string& out);
  void loop(const statement& of, std::string& out);
  void branches(const statement& of, std::string& out);
  void set_block(const statement& of);
  value filtered(const expression& filters, const value& of);

  const variables& given_;
  std::vector<scope> scopes_;
};

}  // namespace ingest::rest::expressions
