#include "streams/refused_record.hpp"

#include "json/json_fields.hpp"

namespace ingest::detail {

void append_refused(std::string_view reason, std::uint64_t offset, std::string_view bytes, std::string& to) {
  to += refused_mark;
  to += "[{\"reason\":" + json_quoted(reason) + ",\"offset\":" + std::to_string(offset) + ",\"record\":";
  to += json_quoted(bytes);
  to += "}]\n";
}

std::optional<std::string> reason_of(std::string_view refused) {
  const auto fields = json_fields(refused, {"/0/reason"});
  return fields ? fields->front() : std::nullopt;
}

}  // namespace ingest::detail
