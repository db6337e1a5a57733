#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/custom_components.hpp"
#include "rest/document/component_type.hpp"
#include "rest/document/finding.hpp"
#include "rest/document/node.hpp"

namespace ingest::rest {

/// Walks components of a manifest by the table of components. Finds unknown types and fields, what is missing, what a
/// field cannot hold, expressions that cannot be read, and what does not run here.
class component_check {
 public:
  /// `provided` are components that run in place of code of Python; it must outlive this.
  explicit component_check(const custom::components& provided) : provided_(provided) {}

  /// Of the component at `path`, which stands in a place of kind `where`, and of all below it.
  std::vector<finding> look_at(const node& component, place where, const std::string& path);

  /// Of what a field of the component `type` holds, and of all below it.
  std::vector<finding> look_at_field(const component_type& type, const node& component, const node::member& field);

 private:
  class place_in_path;

  void walk(const node& component, place where);
  void walk_python(const component_type& type, const node& component);
  void walk_fields(const component_type& type, const node& component);
  void check_required(const component_type& type, const node& component);
  void check_field(const component_type& type, const node& component, const node::member& member);
  void check_content(const field_type& field, const node& content);
  void check_scalar(const field_type& field, const node& content);
  void check_words(const field_type& field, const node& content);
  void check_dict(const field_type& field, const node& content);
  void check_list(const field_type& field, const node& content);
  void check_expressions(const node& content);
  void refuse_kind(const field_type& field, const node& content);
  void note_unknown_field(const component_type& type, const node& component, const node::member& member);
  void add(enum finding::weight weight, const node& at, std::string text, std::string_view component = {});

  /// What is wrong with an expression, or nothing. The same ones come again and again.
  const std::string& problem_of(const std::string& expression);

  const custom::components& provided_;
  std::vector<finding> found_;
  std::string path_;
  std::map<std::string, std::string, std::less<>> problems_;
};

}  // namespace ingest::rest
