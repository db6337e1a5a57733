#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What an expression may name: config, response, record, stream_slice … Looks into `outer`, which must outlive it, for
/// what it does not have itself. `stream_interval` and `stream_partition` are other names of `stream_slice`.
class variables {
 public:
  using clock = std::function<std::chrono::sys_time<std::chrono::microseconds>()>;

  explicit variables(const variables* outer = nullptr) : outer_(outer) {}

  void set(std::string_view name, value content);
  const value* find(std::string_view name) const;

  /// Where now_utc() and its like have the time from; the system's clock if nobody says otherwise.
  void tell_time_by(clock from) { clock_ = std::move(from); }
  const clock* time() const;

 private:
  const value* find_own(std::string_view name) const;

  const variables* outer_;
  std::vector<std::pair<std::string, value>> own_;
  clock clock_;
};

/// A text of a manifest in which `{{ … }}` and `{% … %}` stand for what is only known later. Parsed once; evaluating it
/// changes nothing and may be done by several threads at a time.
///
/// The language is Jinja's with the CDK's macros and filters, in Jinja's sandbox, and what comes out is what the CDK's
/// JinjaInterpolation gives, whose rules are these:
/// - A name that `given` does not have is an error (errc::config), also where it is not reached. Set all that a place
///   may name, be it to None.
/// - Something that is undefined (a member that is not there) is empty; whatever is done with it, `otherwise` comes
/// out.
/// - Where Python raises a TypeError, as for 1 + 'a', the template's own text comes out.
/// - All else that Python raises is an error (errc::config). Messages do not show values: they may be secret.
/// Evaluating ends with an error after two million steps, or where a text or list becomes too large.
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
  /// `otherwise`.
  value evaluate(const variables& given, const value& otherwise = {}) const;

  /// The same for fields whose default is their own text, which the CDK calls InterpolatedString: an empty result is
  /// the empty text, one of an undefined variable an error.
  value evaluate_itself(const variables& given) const;

  /// The same for names of members: a literal of a text is read, any other stays as it is rendered.
  std::string evaluate_name(const variables& given) const;

  /// What the template renders, as it is. An error where something is undefined.
  std::string render(const variables& given) const;

  /// The CDK's rule for conditions (InterpolatedBoolean): evaluated, and then true but for False, 0, "", {}, [], (), an
  /// empty set, and the texts "False", "false", "{}", "[]", "()", "0", "0.0". So None is true, and "null" is. False
  /// where something is undefined.
  bool holds(const variables& given) const;

 private:
  struct compiled;
  std::shared_ptr<const compiled> compiled_;
};

}  // namespace ingest::rest
