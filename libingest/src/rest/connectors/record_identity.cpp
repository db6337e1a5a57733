#include "rest/connectors/record_identity.hpp"

#include <utility>

#include "records/identity_member.hpp"
#include "rest/expressions/canonical_json.hpp"
#include "rest/expressions/digests.hpp"

namespace ingest::rest {

namespace {

std::string sha256_of(const std::string& text, const std::string& beside) {
  return expressions::digest("sha256", text, beside).value();
}

/// Version and variant take six of the bits.
std::string uuid_of(const std::string& digits) {
  return digits.substr(0, 8) + '-' + digits.substr(8, 4) + "-8" + digits.substr(12, 3) + "-a" + digits.substr(15, 3) +
         '-' + digits.substr(18, 12);
}

bool has_member(const value& record, const std::string& name) {
  const value* const content = record.is_dict() ? record.find(name) : nullptr;
  return content != nullptr && !content->is_none();
}

}  // namespace

record_identity::record_identity(const stream_slice& slice, std::string cursor_field)
    : partition_(slice.part.key()), window_(canonical_json(slice.window)), cursor_field_(std::move(cursor_field)) {}

std::string record_identity::of(std::string_view record) {
  const value content = value::from_json(record);
  // A line feed stands in no canonical JSON.
  const std::string beside = '\n' + partition_ + (has_member(content, cursor_field_) ? "" : '\n' + window_);
  const std::string digits = sha256_of(canonical_json(content), beside);
  const std::uint64_t copy = copies_[digits]++;
  return uuid_of(copy == 0 ? digits : sha256_of(digits, '\n' + std::to_string(copy)));
}

std::string record_identity::with(std::string_view record, std::string_view identity) {
  const std::size_t first = record.find_first_not_of(" \t\r\n");
  const std::size_t end = record.rfind('}');
  if (first == std::string_view::npos || record[first] != '{' || end == std::string_view::npos) {
    return std::string(record);
  }
  // Behind all others: of two members of one name the last one counts.
  const bool is_empty = record.find_first_not_of(" \t\r\n", first + 1) == end;
  std::string made(record.substr(0, end));
  made += is_empty ? "\"" : ",\"";
  made.append(identity_member).append("\":\"").append(identity) += "\"}";
  return made;
}

}  // namespace ingest::rest
