#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ingest::rest {

class dictionary;

/// What an expression works on, and what a manifest's fields, a record and an answer are made of: a value as Python has
/// them, for connectors were written for Python. Copies share what they hold; nothing is ever changed in place.
class value {
 public:
  enum class kind : std::uint8_t { undefined, none, boolean, integer, real, text, list, tuple, dict };
  using elements = std::vector<value>;

  value() = default;  ///< None
  static value undefined();
  static value integer_of(std::int64_t number);
  static value boolean_of(bool truth);
  /// A number as JSON or Python spells it. Keeps the text, so that no digit is lost where the value is only handed on;
  /// what is computed with it is computed with 64 bits or a double.
  static value number_of(std::string_view spelling);
  static value real_of(double number);
  static value text_of(std::string text);
  static value list_of(elements items);
  static value tuple_of(elements items);
  static value dict_of(dictionary members);

  /// Throws errc::bad_data with the place in `json`. Numbers keep their digits, members their order; of equal names the
  /// last one counts. The depth is limited to 512.
  static value from_json(std::string_view json);

  enum kind kind() const;
  bool is_none() const { return kind() == kind::none; }
  bool is_text() const { return kind() == kind::text; }
  bool is_dict() const { return kind() == kind::dict; }
  bool is_list() const { return kind() == kind::list; }

  /// Python's bool(): None, undefined, False, 0, "" and empty containers are false.
  bool truth() const;

  /// Each throws errc::internal for a value of another kind.
  bool boolean() const;
  std::int64_t integer() const;  ///< errc::bad_data where it has more than 64 bits
  double real() const;           ///< of an integer as well
  const std::string& text() const;
  const elements& items() const;  ///< of a list or tuple
  const dictionary& members() const;

  /// The member of that name; null where this is no dict or has none.
  const value* find(std::string_view name) const;

  /// Compact JSON: numbers with the digits that they came with, texts with only what must be escaped. A tuple is an
  /// array; undefined is null.
  std::string to_json() const;
  /// As Python's str() and repr() say it.
  std::string to_text() const;
  std::string to_repr() const;

  /// Python's ==: 1 == 1.0 == True.
  bool operator==(const value& other) const;

 private:
  struct number;  // what is known of one: 64 bits, a double, the spelling
  struct content;
  std::shared_ptr<const content> content_;  ///< null: None
};

/// A value's members, in their order.
class dictionary {
 public:
  using member = std::pair<value, value>;

  dictionary() = default;
  dictionary(std::initializer_list<std::pair<std::string_view, value>> members);

  /// A member that is there keeps its place.
  void set(value name, value content);
  void set(std::string_view name, value content) { set(value::text_of(std::string(name)), std::move(content)); }
  bool erase(std::string_view name);

  const value* find(std::string_view name) const;
  const value* find(const value& name) const;
  std::size_t size() const { return members_.size(); }
  bool empty() const { return members_.empty(); }
  auto begin() const { return members_.begin(); }
  auto end() const { return members_.end(); }

 private:
  std::vector<member> members_;
};

}  // namespace ingest::rest
