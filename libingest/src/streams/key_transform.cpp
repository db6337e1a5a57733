#include "ingest/transforms/key_transform.hpp"

#include <utility>

#include "core/trimmed.hpp"
#include "ingest/record_encoder.hpp"
#include "json/json_pointer.hpp"
#include "json/json_scanner.hpp"
#include "streams/lines.hpp"
#include "streams/refused_record.hpp"

namespace ingest {

namespace {

json_pointer option_pointer(const std::string& text) {
  try {
    return json_pointer(text);
  } catch (const error& e) {
    throw error(errc::config, std::string("`id_pointer`: ") + e.what());
  }
}

std::string_view record_of(std::string_view line) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (line.starts_with(byte_order_mark)) {
    line.remove_prefix(byte_order_mark.size());
  }
  return detail::trimmed(line);
}

/// The record's id; nothing where it has none. Throws json_fault where it is no JSON.
std::optional<std::string_view> id_of(std::string_view record, const json_pointer& pointer, std::string& scratch) {
  detail::json_scanner in(record);
  detail::json_value found;
  detail::find_values(in, {&pointer, 1}, {&found, 1});
  in.finish();
  return found.text(scratch);
}

/// A row for a line that is no JSON.
void append_refused(std::string_view record, std::size_t fault, std::string& rows) {
  const keyed_encoder encoder;
  if (record.starts_with(detail::refused_mark)) {
    if (const auto reason = detail::reason_of(record.substr(1))) {
      return encoder.append_refused(*reason, record.substr(1), rows);
    }
  }
  encoder.append_refused("the line is no JSON: see its byte " + std::to_string(fault + 1), record, rows);
}

}  // namespace

key_transform::key_transform(const std::string& id_pointer, empty_id empty)
    : id_(std::make_shared<const json_pointer>(option_pointer(id_pointer))), empty_(empty) {}

std::optional<batch> key_transform::apply(batch input) {
  const keyed_encoder encoder;
  auto rows = std::make_shared<std::string>();
  // Most records need a few escapes and their id a second time.
  rows->reserve(input.bytes().size() + input.bytes().size() / 4);
  std::string scratch;
  input.records = 0;
  detail::for_each_line(input.bytes(), [&](std::string_view line) {
    const std::string_view record = record_of(line);
    if (record.empty()) {
      return;
    }
    ++input.records;
    try {
      const auto id = id_of(record, *id_, scratch);
      const bool has_id = id && (!id->empty() || empty_ == empty_id::is_one);
      encoder.append(has_id ? id : std::nullopt, record, *rows);
    } catch (const detail::json_fault& fault) {
      append_refused(record, fault.offset, *rows);
    }
  });
  input.data = std::move(rows);
  return input;
}

}  // namespace ingest
