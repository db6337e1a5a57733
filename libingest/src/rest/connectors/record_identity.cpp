#include "rest/connectors/record_identity.hpp"

#include <utility>

#include "ingest/error.hpp"
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

/// Equal records are equal texts.
std::string canonical(std::string_view record) {
  try {
    return canonical_json(value::from_json(record));
  } catch (const error&) {
    return std::string(record);
  }
}

/// The record, whose own member gets another name, if it has one that is called like ours.
std::string without_own_identity(std::string_view record) {
  const std::string quoted = '"' + std::string(identity_member) + '"';
  if (record.find(quoted) == std::string_view::npos) {
    return std::string(record);
  }
  const value content = value::from_json(record);
  dictionary renamed;
  for (const auto& [name, held] : content.members()) {
    const std::string text = name.to_text();
    renamed.set(value::text_of(text == identity_member ? text + "_of_record" : text), held);
  }
  return value::dict_of(std::move(renamed)).to_json();
}

}  // namespace

std::string record_identity::of(std::string_view record) {
  const std::string digits = sha256_of(canonical(record), '\n' + partition_);  // no line feed stands in canonical JSON
  const std::uint64_t copy = copies_[digits]++;
  return uuid_of(copy == 0 ? digits : sha256_of(digits, '\n' + std::to_string(copy)));
}

std::string record_identity::with(std::string_view record, std::string_view identity) {
  const std::size_t first = record.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || record[first] != '{') {
    return std::string(record);
  }
  // Behind all others: of two members of one name the last one counts.
  std::string made = without_own_identity(record);
  made.resize(made.rfind('}'));
  const bool is_empty = made.find_first_not_of(" \t\r\n", made.find('{') + 1) == std::string::npos;
  made += is_empty ? "\"" : ",\"";
  made.append(identity_member).append("\":\"").append(identity) += "\"}";
  return made;
}

}  // namespace ingest::rest
