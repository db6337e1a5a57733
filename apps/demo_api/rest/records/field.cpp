#include "demo_api/rest/records/field.hpp"

#include <array>

#include "demo_api/rest/records/field_kinds.hpp"

namespace demo_api::rest {
namespace {

using maker = kind_line<std::unique_ptr<field>, const field_place&>;

constexpr std::array<maker, 12> kinds = {{
    {"id", make_id_field},
    {"parent", make_parent_field},
    {"uuid", make_uuid_field},
    {"number", make_number_field},
    {"decimal", make_decimal_field},
    {"boolean", make_boolean_field},
    {"text", make_text_field},
    {"choice", make_choice_field},
    {"time", make_time_field},
    {"version", make_version_field},
    {"object", make_object_field},
    {"list", make_list_field},
}};

}  // namespace

std::unique_ptr<field> make_field(const yaml_value& description, std::uint64_t seed, const std::string& path) {
  const field_place place{seed, path};
  return make_of_kind(std::span<const maker>(kinds), "kind of field", description, place);
}

void field::append_json(const record_facts& facts, std::string& out) const {
  if (!is_text()) {
    append(facts, out);
    return;
  }
  const std::size_t start = out.size();
  append(facts, out);
  const bool plain = std::string_view(out).substr(start).find_first_of("\"\\\n\t\r") == std::string_view::npos;
  if (plain) {
    out.insert(start, 1, '"');
    out += '"';
  } else {
    const std::string text = out.substr(start);
    out.resize(start);
    append_quoted(text, out);
  }
}

void append_quoted(std::string_view text, std::string& out) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace demo_api::rest
