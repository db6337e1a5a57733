#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/json_scanner.hpp"

namespace ingest::processes {

/// Catalogs are taken apart and put together again as texts, so that what nobody here understands stays as it is, with
/// all digits of its numbers. The texts given are JSON: what is not throws detail::json_fault.

struct json_member {
  std::string name;
  detail::json_value value;
};

/// The members of an object; none where it is no object.
std::vector<json_member> members_of(std::string_view object);
std::vector<detail::json_value> elements_of(std::string_view array);

/// The member of that name, the last one where there are several.
detail::json_value member_of(std::string_view object, std::string_view name);

std::string text_of(const detail::json_value& v);

/// The texts in an array; of elements that are arrays themselves, nothing.
std::vector<std::string> texts_of(std::string_view array);

/// The object with this member, in place of those of its name.
std::string with_member(std::string_view object, std::string_view name, std::string_view value);

}  // namespace ingest::processes
