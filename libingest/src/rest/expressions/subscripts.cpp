#include <algorithm>

#include "rest/expressions/characters.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

/// The place of a Python index, which counts from the end where it is negative; nothing where there is no such place.
std::optional<std::size_t> place_of(std::int64_t index, std::size_t size) {
  const auto length = static_cast<std::int64_t>(size);
  const std::int64_t place = index < 0 ? index + length : index;
  return place < 0 || place >= length ? std::nullopt : std::optional(static_cast<std::size_t>(place));
}

struct range {
  std::int64_t from;
  std::int64_t to;
  std::int64_t step;

  template <class F>
  void each(F visit) const {
    for (std::int64_t i = from; step > 0 ? i < to : i > to; i += step) {
      visit(static_cast<std::size_t>(i));
    }
  }
};

/// slice.indices()
range range_of(const value& from, const value& to, const value& step, std::size_t size) {
  const auto length = static_cast<std::int64_t>(size);
  std::int64_t by = step.is_none() ? 1 : whole_number(step);
  if (by == 0) {
    fail(fault::kind::value, "the step of a slice is 0");
  }
  by = std::clamp<std::int64_t>(by, -length - 1, length + 1);
  const std::int64_t lowest = by > 0 ? 0 : -1;
  const std::int64_t highest = by > 0 ? length : length - 1;
  const auto bound = [&](const value& given, std::int64_t absent) {
    if (given.is_none()) {
      return absent;
    }
    const std::int64_t at = whole_number(given);
    return std::clamp(at < 0 && at >= -length ? at + length : std::max<std::int64_t>(at, -1), lowest, highest);
  };
  return {bound(from, by > 0 ? lowest : highest), bound(to, by > 0 ? highest : lowest), by};
}

value text_slice(const std::string& text, const value& from, const value& to, const value& step) {
  const std::size_t length = count_characters(text);
  const range wanted = range_of(from, to, step, length);
  if (wanted.step == 1) {
    if (wanted.from >= wanted.to) {
      return value::text_of("");
    }
    const std::size_t begin = byte_of_character(text, static_cast<std::size_t>(wanted.from));
    const std::size_t end = byte_of_character(text, static_cast<std::size_t>(wanted.to));
    return value::text_of(text.substr(begin, end - begin));
  }
  const value::elements all = elements_of(value::text_of(text));
  std::string picked;
  wanted.each([&](std::size_t i) { picked += all[i].text(); });
  return value::text_of(std::move(picked));
}

}  // namespace

value item_of(const value& of, const value& key) {
  require_defined(of);
  if (of.is_dict()) {
    require_hashable(key);
    if (const value* const found = of.members().find(key)) {
      return *found;
    }
    fail(fault::kind::lookup, "there is no such key");
  }
  if (!of.is_text() && !of.is_list() && of.kind() != value::kind::tuple) {
    fail(fault::kind::type, "'" + type_name(of) + "' has no elements by number or name");
  }
  if (key.kind() != value::kind::integer && key.kind() != value::kind::boolean) {
    fail(fault::kind::type, "'" + type_name(of) + "' has elements by number only");
  }
  if (key.kind() == value::kind::integer && !key.fits_64_bits()) {
    fail(fault::kind::lookup, "there is no such element");
  }
  const auto place = place_of(whole_number(key), of.is_text() ? count_characters(of.text()) : of.items().size());
  if (!place) {
    fail(fault::kind::lookup, "there is no such element");
  }
  if (!of.is_text()) {
    return of.items()[*place];
  }
  const std::string_view rest = std::string_view(of.text()).substr(byte_of_character(of.text(), *place));
  return value::text_of(std::string(first_character(rest).bytes));
}

value slice_of(const value& of, const value& from, const value& to, const value& step) {
  require_defined(of);
  if (of.is_text()) {
    return text_slice(of.text(), from, to, step);
  }
  if (!of.is_list() && of.kind() != value::kind::tuple) {
    fail(fault::kind::type, "'" + type_name(of) + "' has no slices");
  }
  value::elements picked;
  range_of(from, to, step, of.items().size()).each([&](std::size_t i) { picked.push_back(of.items()[i]); });
  work_limit::spend(picked.size());
  return of.is_list() ? value::list_of(std::move(picked)) : value::tuple_of(std::move(picked));
}

}  // namespace ingest::rest::expressions
