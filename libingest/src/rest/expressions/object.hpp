#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "rest/expressions/value.hpp"

namespace ingest::rest::expressions {

struct arguments;

/// What expressions meet and JSON does not have: a date, a set, a method … Never changes.
class object {
 public:
  object() = default;
  object(const object&) = delete;
  object& operator=(const object&) = delete;
  virtual ~object() = default;

  /// As Python calls its type: "datetime.datetime".
  virtual std::string_view type() const = 0;
  virtual std::string repr() const = 0;
  virtual std::string text() const { return repr(); }
  virtual bool truth() const { return true; }
  virtual bool equals(const object& other) const { return this == &other; }

  /// An attribute that is no method.
  virtual std::optional<value> attribute(std::string_view) const { return std::nullopt; }
  virtual bool has_method(std::string_view) const { return false; }
  virtual value call(std::string_view method, const arguments& with) const;

  /// Of the values that it holds; see value::max_depth.
  virtual std::size_t depth() const { return 0; }

  /// What iterating over it gives; null where that cannot be done.
  virtual const value::elements* elements() const { return nullptr; }
  /// Whether its length is known: not that of a generator.
  virtual bool has_length() const { return false; }
};

/// The greatest depth among them.
std::size_t depth_of(const value::elements& all);

/// The object of that class that `of` is; null where it is something else.
template <class Object>
const Object* object_in(const value& of) {
  return of.kind() == value::kind::object ? dynamic_cast<const Object*>(&of.thing()) : nullptr;
}

/// What can be gone through and is no list: a set, a view of a dict, a generator.
class sequence final : public object {
 public:
  enum class kind { set, keys, values, items, generator };

  /// Of a set the elements must differ.
  sequence(enum kind what, value::elements elements) : what_(what), elements_(std::move(elements)) {}

  static value of(enum kind what, value::elements elements) {
    return value::object_of(std::make_shared<sequence>(what, std::move(elements)));
  }
  /// Keeps one of equal elements.
  static value set_of(const value::elements& elements);

  enum kind what() const { return what_; }
  std::string_view type() const override;
  std::string repr() const override;
  bool truth() const override { return what_ == kind::generator || !elements_.empty(); }
  bool equals(const object& other) const override;
  const value::elements* elements() const override { return &elements_; }
  std::size_t depth() const override { return depth_of(elements_); }
  bool has_length() const override { return what_ != kind::generator; }

 private:
  enum kind what_;
  value::elements elements_;
};

/// bytes
class byte_string final : public object {
 public:
  explicit byte_string(std::string bytes) : bytes_(std::move(bytes)) {}

  std::string_view type() const override { return "bytes"; }
  std::string repr() const override;
  bool truth() const override { return !bytes_.empty(); }
  bool equals(const object& other) const override;

 private:
  std::string bytes_;
};

/// A method of a value, or a function where there is no value.
class function final : public object {
 public:
  function(std::optional<value> of, std::string name) : of_(std::move(of)), name_(std::move(name)) {}

  const std::optional<value>& of() const { return of_; }
  const std::string& name() const { return name_; }
  std::string_view type() const override { return of_ ? "builtin_function_or_method" : "function"; }
  std::string repr() const override;
  std::size_t depth() const override { return of_ ? of_->depth() : 0; }

 private:
  std::optional<value> of_;
  std::string name_;
};

/// Jinja's namespace(): what a template may assign to from within a loop.
class name_space final : public object {
 public:
  explicit name_space(dictionary fields) : fields_(std::move(fields)) {}

  const dictionary& fields() const { return fields_; }
  std::string_view type() const override { return "Namespace"; }
  std::string repr() const override { return "<Namespace " + value::dict_of(fields_).to_repr() + ">"; }
  std::optional<value> attribute(std::string_view name) const override;
  std::size_t depth() const override { return value::dict_of(fields_).depth(); }

 private:
  dictionary fields_;
};

}  // namespace ingest::rest::expressions
