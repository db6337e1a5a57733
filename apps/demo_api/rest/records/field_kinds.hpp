#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "demo_api/rest/description/kinds.hpp"
#include "demo_api/rest/records/field.hpp"

namespace demo_api::rest {

/// What makes the random values of a field its own.
struct field_place {
  std::uint64_t seed;
  const std::string& path;
};

/// A number from 1 on (`from`), or a text with a `prefix` before it.
std::unique_ptr<field> make_id_field(settings& s, const field_place& place);

/// The parent's key.
std::unique_ptr<field> make_parent_field(settings& s, const field_place& place);

/// A UUID of version 4, the same in all versions of the record.
std::unique_ptr<field> make_uuid_field(settings& s, const field_place& place);

/// A whole number from `from` to `to`, or a text with a `prefix` before it, such as the key of another resource.
std::unique_ptr<field> make_number_field(settings& s, const field_place& place);

/// A number with `digits` digits behind the point, up to `to`.
std::unique_ptr<field> make_decimal_field(settings& s, const field_place& place);

/// True for `percent` of the records.
std::unique_ptr<field> make_boolean_field(settings& s, const field_place& place);

/// `words` words; with `odd`, among them some that careless code breaks on.
std::unique_ptr<field> make_text_field(settings& s, const field_place& place);

/// One `of` these texts.
std::unique_ptr<field> make_choice_field(settings& s, const field_place& place);

/// The record's time, in a `format` of time_format.hpp. At first record i has the time `from` + i * `step_s`.
std::unique_ptr<field> make_time_field(settings& s, const field_place& place);

/// How often the record has changed.
std::unique_ptr<field> make_version_field(settings& s, const field_place& place);

/// An object with `fields` of its own.
std::unique_ptr<field> make_object_field(settings& s, const field_place& place);

/// A list of `length` values `of` a field.
std::unique_ptr<field> make_list_field(settings& s, const field_place& place);

}  // namespace demo_api::rest
