#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ingest::rest {

class dictionary;
namespace expressions {
class object;
}

/// What an expression works on, and what a manifest's fields, a record and an answer are made of: a value as Python has
/// them, for connectors were written for Python. Copies share what they hold; nothing is ever changed in place.
class value {
 public:
  /// `object`: what has no JSON, see object.hpp.
  enum class kind : std::uint8_t { undefined, none, boolean, integer, real, text, list, tuple, dict, object };
  using elements = std::vector<value>;

  /// How deeply lists and dicts may be nested: errc::bad_data beyond it.
  static constexpr std::size_t max_depth = 600;

  value() = default;  ///< None
  /// `what` says in messages what is missing.
  static value undefined(std::string what = {});
  static value integer_of(std::int64_t number);
  static value boolean_of(bool truth);
  /// A number as JSON or Python spells it. Keeps the text, so that no digit is lost where the value is only handed on;
  /// what is computed with it is computed with 64 bits or a double. Throws errc::bad_data for what is no number.
  static value number_of(std::string_view spelling);
  static value real_of(double number);
  static value text_of(std::string text);
  static value list_of(elements items);
  static value tuple_of(elements items);
  static value dict_of(dictionary members);
  /// A dict that has attributes besides its members, as a stream's slice has its partition: `slice.partition`.
  static value dict_of(dictionary members, dictionary attributes);
  static value object_of(std::shared_ptr<const expressions::object> thing);

  /// Throws errc::bad_data with the place in `json`. Numbers keep their digits, members their order; of equal names the
  /// last one counts. The depth is limited to 512.
  static value from_json(std::string_view json);

  enum kind kind() const;
  std::size_t depth() const;  ///< how many lists and dicts are within each other; 0 of what is no container
  bool is_undefined() const { return kind() == kind::undefined; }
  bool is_none() const { return kind() == kind::none; }
  bool is_text() const { return kind() == kind::text; }
  bool is_dict() const { return kind() == kind::dict; }
  bool is_list() const { return kind() == kind::list; }
  bool is_number() const { return kind() == kind::integer || kind() == kind::real; }

  /// Python's bool(): None, undefined, False, 0, "" and empty containers are false.
  bool truth() const;

  /// Each throws errc::internal for a value of another kind.
  bool boolean() const;
  std::int64_t integer() const;  ///< errc::bad_data where it has more than 64 bits
  bool fits_64_bits() const;     ///< of an integer
  double real() const;           ///< of an integer or boolean as well
  const std::string& text() const;
  const elements& items() const;  ///< of a list or tuple
  const dictionary& members() const;
  const dictionary* attributes() const;  ///< of a dict that has some; else null
  const expressions::object& thing() const;
  const std::string& missing() const;  ///< of undefined: what that is

  /// A number's digits as they came; of one that was computed, as Python prints it.
  std::string digits() const;

  /// The member of that name; null where this is no dict or has none.
  const value* find(std::string_view name) const;

  /// Compact JSON: numbers with the digits that they came with, texts with only what must be escaped. A tuple is an
  /// array; undefined is null; an object its text. Throws errc::bad_data for NaN and infinities.
  std::string to_json() const;
  /// As Python's str() and repr() say it. Throws errc::bad_data where that has more than 16 MB.
  std::string to_text() const;
  std::string to_repr() const;

  /// Python's ==: 1 == 1.0 == True.
  bool operator==(const value& other) const;

  /// Python's `is`, as far as it can be told.
  bool same_as(const value& other) const;

  /// Equal for equal values.
  std::size_t hash() const;

 private:
  struct number;
  struct content;

  template <class Held>
  static value of(enum kind what, Held&& held, std::size_t depth = 0);
  template <class Held>
  const Held& held(enum kind what, const char* name) const;

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
  bool erase(const value& name);

  const value* find(std::string_view name) const;
  const value* find(const value& name) const;
  std::size_t size() const { return members_.size(); }
  bool empty() const { return members_.empty(); }
  auto begin() const { return members_.begin(); }
  auto end() const { return members_.end(); }

 private:
  static constexpr std::size_t indexed_from = 12;

  std::size_t place_of(std::size_t hash, const value& name) const;
  void index_all();

  std::vector<member> members_;
  std::unordered_multimap<std::size_t, std::size_t> places_;  ///< by hash; only of many members
};

/// The hash that a text's value has.
std::size_t hash_of_text(std::string_view text);

/// A double as Python's repr() prints it: with as few digits as give it back.
std::string python_real(double number);

}  // namespace ingest::rest
