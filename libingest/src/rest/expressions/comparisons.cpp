#include <algorithm>

#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

std::size_t size_of(const value& of) {
  switch (of.kind()) {
    case value::kind::text:
      return of.text().size() / 64 + 1;
    case value::kind::list:
    case value::kind::tuple:
      return of.items().size() + 1;
    case value::kind::dict:
      return of.members().size() + 1;
    default:
      return 1;
  }
}

bool less_numbers(const value& left, const value& right) {
  if (left.kind() == value::kind::integer && right.kind() == value::kind::integer) {
    if (left.fits_64_bits() && right.fits_64_bits()) {
      return left.integer() < right.integer();
    }
    if (!left.fits_64_bits() && !right.fits_64_bits() && (left.real() < 0) == (right.real() < 0)) {
      const std::string a = left.digits();
      const std::string b = right.digits();
      const bool closer = a.size() != b.size() ? a.size() < b.size() : a < b;
      return left.real() < 0 ? !closer && a != b : closer;
    }
  }
  return left.real() < right.real();
}

bool less_items(const value::elements& left, const value::elements& right) {
  const auto [a, b] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  return a == left.end() || b == right.end() ? left.size() < right.size() : is_less(*a, *b);
}

bool is_in(const value& item, const value& in) {
  if (in.is_text()) {
    if (!item.is_text()) {
      fail(fault::kind::type, "'in' of a text takes a text, not '" + type_name(item) + "'");
    }
    return in.text().find(item.text()) != std::string::npos;
  }
  if (in.is_dict()) {
    require_hashable(item);
    return in.members().find(item) != nullptr;
  }
  if (const auto* const set = object_in<sequence>(in); set != nullptr && set->what() == sequence::kind::set) {
    require_hashable(item);
  }
  const value::elements all = elements_of(in);
  return std::find(all.begin(), all.end(), item) != all.end();
}

bool is_ordered(std::string_view sign, const value& left, const value& right) {
  const bool numbers = is_numeric(left) && is_numeric(right);
  if (sign == "<") {
    return is_less(left, right);
  }
  if (sign == ">") {
    return is_less(right, left);
  }
  if (numbers) {  // NaN is neither
    return left == right || (sign == "<=" ? is_less(left, right) : is_less(right, left));
  }
  return sign == "<=" ? !is_less(right, left) : !is_less(left, right);
}

}  // namespace

bool is_less(const value& left, const value& right) {
  work_limit::spend(1);
  if (is_numeric(left) && is_numeric(right)) {
    return less_numbers(left, right);
  }
  if (left.is_text() && right.is_text()) {
    return left.text() < right.text();
  }
  if (left.kind() == right.kind() && (left.is_list() || left.kind() == value::kind::tuple)) {
    return less_items(left.items(), right.items());
  }
  if (left.is_undefined() || right.is_undefined()) {
    fail_undefined(left.is_undefined() ? left : right);
  }
  if (const auto earlier = is_earlier(left, right)) {
    return *earlier;
  }
  fail(fault::kind::type, "'" + type_name(left) + "' and '" + type_name(right) + "' have no order");
}

bool compare(std::string_view sign, const value& left, const value& right) {
  work_limit::spend(std::min(size_of(left), size_of(right)));
  if (sign == "==" || sign == "!=") {
    return (left == right) == (sign == "==");
  }
  if (sign == "in" || sign == "not in") {
    return is_in(left, right) == (sign == "in");
  }
  return is_ordered(sign, left, right);
}

}  // namespace ingest::rest::expressions
