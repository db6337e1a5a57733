#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// A part of a document: a scalar, a list, or a dict with its members in order; and the line that it stands at. Copies
/// share what they hold, nothing is ever changed in place, so a tree may hold one part in many places.
///
/// What a tree would be if each part were written out is bounded, so that neither aliases nor references can make a
/// small file a large one: making a list or dict beyond `most_parts` or `deepest` throws errc::config.
class node {
 public:
  struct member;
  using elements = std::vector<node>;
  using member_list = std::vector<member>;

  static constexpr std::size_t most_parts = 16'000'000;
  static constexpr std::size_t deepest = 200;

  node() = default;  ///< null, at no line
  static node scalar(value content, int line);
  static node text(std::string content, int line);
  static node list(elements items, int line);
  /// The names are unique; who makes a dict sees to that.
  static node dict(member_list members, int line);

  bool is_dict() const;
  bool is_list() const;
  bool is_text() const { return scalar().is_text(); }
  bool is_none() const { return !is_dict() && !is_list() && scalar().is_none(); }

  /// Python's bool() of it.
  bool truth() const;

  const value& scalar() const;         ///< None of lists and dicts
  std::string_view text() const;       ///< "" of all but texts
  const elements& items() const;       ///< none of all but lists
  const member_list& members() const;  ///< none of all but dicts
  const node* find(std::string_view name) const;
  int line() const;           ///< counted from 1; 0 where it is not known
  std::size_t parts() const;  ///< itself and all below it, each as often as it is found there

  /// "a dict", "a list", "a text", "a number" …: for messages.
  std::string_view kind_name() const;

  value to_value() const;
  /// Throws errc::bad_data for infinity and NaN, which JSON does not have.
  std::string to_json() const;

 private:
  struct content;
  explicit node(std::shared_ptr<const content> c) : content_(std::move(c)) {}
  void append_json(std::string& to) const;

  std::shared_ptr<const content> content_;  ///< null: a null at no line
};

struct node::member {
  std::string name;
  node content;
};

/// The member of that name, or null.
node* find_member(node::member_list& members, std::string_view name);
/// A member that is there keeps its place.
void set_member(node::member_list& members, std::string_view name, node content);

/// ", line 12", or nothing where the line is not known.
std::string at_line(const node& n);

}  // namespace ingest::rest
