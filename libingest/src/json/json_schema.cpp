#include "json/json_schema.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/pointer.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

using value = rapidjson::Value;

[[noreturn]] void refuse(const std::string& what) {
  throw error(errc::config, "`schema` " + what);
}

std::string_view text_of(const value& v) {
  return v.IsString() ? std::string_view(v.GetString(), v.GetStringLength()) : std::string_view();
}

/// Of a fragment of a URL, what "%24defs" stands for; the pointer's own reader is stricter than schemas are written.
std::string without_escapes(std::string_view fragment) {
  std::string plain;
  for (std::size_t i = 0; i < fragment.size(); ++i) {
    unsigned code = 0;
    const char* const digits = fragment.data() + i + 1;
    if (fragment[i] == '%' && i + 2 < fragment.size() &&
        std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
      plain += static_cast<char>(code);
      i += 2;
    } else {
      plain += fragment[i];
    }
  }
  return plain;
}

const value* find(const value& in, const char* name) {
  if (!in.IsObject()) {
    return nullptr;
  }
  const auto found = in.FindMember(name);
  return found == in.MemberEnd() ? nullptr : &found->value;
}

class schema_reader {
 public:
  schema_reader(const rapidjson::Document& root, bool numbers_may_be_times)
      : root_(root), numbers_may_be_times_(numbers_may_be_times) {}

  void read(const value& schema) {
    const value& s = resolved(schema);
    const depth_guard guard(depth_);
    if (const value* const parts = find(s, "allOf"); parts != nullptr && parts->IsArray()) {
      for (const value& part : parts->GetArray()) {
        read(part);
      }
    }
    const value* const properties = find(s, "properties");
    if (properties == nullptr) {
      return;
    }
    if (!properties->IsObject()) {
      refuse("has `properties` that are no object");
    }
    for (const auto& member : properties->GetObject()) {
      std::string name(text_of(member.name));
      if (names_.insert(name).second) {
        members_.push_back({std::move(name), kind_of(member.value).value_or(schema_kind::json)});
      }
    }
  }

  std::vector<schema_member> members() && { return std::move(members_); }

 private:
  static constexpr int deepest = 100;
  static constexpr int most_looked_at = 1'000'000;

  /// A schema may refer to itself.
  struct depth_guard {
    explicit depth_guard(int& d) : depth(d) {
      if (++depth > deepest) {
        refuse("refers to itself, or is nested more than 100 times");
      }
    }
    depth_guard(const depth_guard&) = delete;
    depth_guard& operator=(const depth_guard&) = delete;
    ~depth_guard() { --depth; }
    int& depth;
  };

  const value& resolved(const value& schema) {
    if (++looked_at_ > most_looked_at) {
      refuse("says too much: its parts refer to each other again and again");
    }
    const value* s = &schema;
    for (int steps = 0; const value* const ref = find(*s, "$ref"); ++steps) {
      const std::string_view to = text_of(*ref);
      if (steps == deepest) {
        refuse("has \"" + std::string(to) + "\", which leads round in a circle");
      }
      const std::string way = to.starts_with('#') ? without_escapes(to.substr(1)) : "#";
      const rapidjson::Pointer pointer(way.data(), way.size());
      const value* const found = way != "#" && pointer.IsValid() ? pointer.Get(root_) : nullptr;
      if (found == nullptr) {
        refuse("refers to \"" + std::string(to) + "\", which is not in it: write it out there");
      }
      s = found;
    }
    return *s;
  }

  /// Nothing where only null is allowed, or nothing.
  std::optional<schema_kind> kind_of(const value& schema) {
    const value& s = resolved(schema);
    const depth_guard guard(depth_);
    for (const char* const choice : {"anyOf", "oneOf"}) {
      if (const value* const of = find(s, choice); of != nullptr && of->IsArray()) {
        return common_kind(*of, [this](const value& one) { return kind_of(one); });
      }
    }
    const value* const type = find(s, "type");
    if (const value* const all = find(s, "allOf"); type == nullptr && all != nullptr && all->IsArray()) {
      return common_kind(*all, [this](const value& one) { return kind_of(one); });
    }
    if (type == nullptr) {
      return schema_kind::json;
    }
    const auto named = [this, &s](const value& one) { return kind_of_type(text_of(one), s); };
    return type->IsArray() ? common_kind(*type, named) : named(*type);
  }

  template <class KindOf>
  static std::optional<schema_kind> common_kind(const value& all, KindOf kind_of) {
    std::optional<schema_kind> common;
    for (const value& one : all.GetArray()) {
      const auto kind = kind_of(one);
      common = !common || kind == common ? kind.has_value() ? kind : common : !kind ? common : united(*common, *kind);
    }
    return common;
  }

  static schema_kind united(schema_kind a, schema_kind b) {
    const auto is_number = [](schema_kind k) { return k == schema_kind::integer || k == schema_kind::number; };
    return is_number(a) && is_number(b) ? schema_kind::number : schema_kind::json;
  }

  std::optional<schema_kind> kind_of_type(std::string_view type, const value& s) const {
    const value* const format = find(s, "format");
    const value* const airbyte_type = find(s, "airbyte_type");
    if (type == "null") {
      return std::nullopt;
    }
    if (type == "string") {
      return kind_of_format(format == nullptr ? "" : text_of(*format));
    }
    const bool is_number = type == "number" || type == "integer";
    if (is_number && numbers_may_be_times_ && format != nullptr && text_of(*format) == "date-time") {
      return schema_kind::date_time;
    }
    if (type == "number" && airbyte_type != nullptr && text_of(*airbyte_type).ends_with("integer")) {
      return schema_kind::integer;
    }
    return type == "boolean"   ? schema_kind::boolean
           : type == "integer" ? schema_kind::integer
           : type == "number"  ? schema_kind::number
                               : schema_kind::json;
  }

  static schema_kind kind_of_format(std::string_view format) {
    return format == "date-time" ? schema_kind::date_time
           : format == "date"    ? schema_kind::date
           : format == "time"    ? schema_kind::time
           : format == "uuid"    ? schema_kind::uuid
                                 : schema_kind::text;
  }

  const rapidjson::Document& root_;
  bool numbers_may_be_times_;
  std::vector<schema_member> members_;
  std::set<std::string> names_;
  int depth_ = 0;
  int looked_at_ = 0;
};

}  // namespace

std::vector<schema_member> members_of_schema(std::string_view schema, bool numbers_may_be_times) {
  rapidjson::Document root;
  root.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag>(schema.data(), schema.size());
  if (root.HasParseError()) {
    refuse("is no JSON: " + std::string(rapidjson::GetParseError_En(root.GetParseError())) + " At byte " +
           std::to_string(root.GetErrorOffset()));
  }
  schema_reader reader(root, numbers_may_be_times);
  reader.read(root);
  std::vector<schema_member> members = std::move(reader).members();
  if (members.empty()) {
    refuse("names no members of records: it needs `properties` at its top");
  }
  return members;
}

}  // namespace ingest::detail
