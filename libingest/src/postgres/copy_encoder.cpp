#include "postgres/copy_encoder.hpp"

#include "json/byte_scan.hpp"
#include "postgres/copy_binary.hpp"
#include "records/record_line.hpp"

namespace ingest::detail {

namespace {

constexpr char quote = '\1';

/// A column: the length of its bytes, then they.
void append_counted(std::string_view bytes, bool is_jsonb, std::string& to) {
  append_big_endian<std::uint32_t>(static_cast<std::uint32_t>(bytes.size()) + (is_jsonb ? 1 : 0), to);
  if (is_jsonb) {
    to += jsonb_version;
  }
  to += bytes;
}

/// Whether it means the bytes that it has.
bool is_plain(std::string_view key) {
  const char* const end = key.data() + key.size();
  return find_first<false, '\\', '"'>(key.data(), end) == end;
}

void append_quoted(std::string_view text, std::string& to) {
  to += quote;
  for (const char c : text) {
    to.append(c == quote ? 2 : 1, c);
  }
  to += quote;
}

}  // namespace

copy_encoder::copy_encoder(const table_shape& shape, const std::vector<std::string>& types, std::int64_t now) {
  if (shape.is_typed()) {
    typed_.emplace(shape, types, now);
    return;
  }
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    const auto& at = shape.columns[i].at;
    const origin from = !at ? origin::line_key : at->tokens().empty() ? origin::whole_record : origin::inside;
    const wire as = wire_of(types.at(i));
    // A key is text that need not be JSON.
    binary_ = binary_ && (from == origin::line_key ? as == wire::text : as != wire::other);
    columns_.push_back({from, as, pointers_.size()});
    if (from == origin::inside) {
      pointers_.push_back(*at);
    }
  }
  found_.resize(pointers_.size());
}

copy_encoder::wire copy_encoder::wire_of(std::string_view type) {
  return type == "jsonb"                                           ? wire::jsonb
         : type == "json"                                          ? wire::json
         : type == "text" || type == "varchar" || type == "bpchar" ? wire::text
                                                                   : wire::other;
}

std::string copy_encoder::options() const {
  return binary_ ? " WITH (FORMAT binary)" : " WITH (FORMAT csv, DELIMITER E'\\t', QUOTE E'\\x01')";
}

void copy_encoder::begin(std::string& to) const {
  if (binary_) {
    constexpr std::string_view header(
        "PGCOPY\n\377\r\n\0"
        "\0\0\0\0"
        "\0\0\0\0",
        19);  // no flags, no extension
    to += header;
  }
}

void copy_encoder::append(std::string_view key, std::string_view record, std::string& to) {
  if (typed_) {
    if (!typed_->append(record, to)) {
      append_refused(to);
    }
    return;
  }
  if (!pointers_.empty() && !find_values_inside(record)) {
    append_refused(to);
    return;
  }
  if (binary_) {
    append_big_endian<std::uint16_t>(static_cast<std::uint16_t>(columns_.size()), to);
    for (const column& c : columns_) {
      append_binary(c, key, record, to);
    }
    return;
  }
  for (const column& c : columns_) {
    append_csv(c, key, record, to);
    to += '\t';
  }
  to.back() = '\n';  // for the last tab
}

bool copy_encoder::find_values_inside(std::string_view record) {
  found_.assign(found_.size(), {});
  try {
    json_scanner in(record);
    find_values(in, pointers_, found_);
    in.finish();
    return true;
  } catch (const json_fault&) {
    return false;
  }
}

/// What a column gets of a value that is not null.
std::string_view copy_encoder::text_inside(const column& c) {
  const json_value& value = found_[c.inside];
  if (c.as == wire::json || c.as == wire::jsonb || value.what != json_value::kind::string) {
    return value.raw;
  }
  return *value.text(scratch_);
}

void copy_encoder::append_binary(const column& c, std::string_view key, std::string_view record, std::string& to) {
  switch (c.from) {
    case origin::line_key:
      if (key.empty()) {
        append_big_endian(null_length, to);
      } else {
        const std::size_t begin = to.size();
        to.append(4, '\0');
        append_key_text(key, to);
        put_big_endian(static_cast<std::uint32_t>(to.size() - begin - 4), to.data() + begin);
      }
      break;
    case origin::whole_record:
      append_counted(record, c.as == wire::jsonb, to);
      break;
    case origin::inside:
      if (found_[c.inside].is_null()) {
        append_big_endian(null_length, to);
      } else {
        append_counted(text_inside(c), c.as == wire::jsonb, to);
      }
  }
}

/// Quotes what means other bytes than stand in its line, and what would be NULL; a whole record is one line without
/// tabs.
void copy_encoder::append_csv(const column& c, std::string_view key, std::string_view record, std::string& to) {
  switch (c.from) {
    case origin::line_key:
      if (is_plain(key)) {
        to += key;
      } else {
        scratch_.clear();
        append_key_text(key, scratch_);
        append_quoted(scratch_, to);
      }
      break;
    case origin::whole_record:
      if (record.empty()) {
        append_quoted(record, to);
      } else {
        to += record;
      }
      break;
    case origin::inside:
      if (!found_[c.inside].is_null()) {
        append_quoted(text_inside(c), to);
      }
  }
}

/// One column too many.
void copy_encoder::append_refused(std::string& to) const {
  if (binary_) {
    append_big_endian<std::uint16_t>(static_cast<std::uint16_t>(columns_.size() + 1), to);
  } else {
    to.append(columns_.size(), '\t');
    to += '\n';
  }
}

void copy_encoder::end(std::string& to) const {
  if (binary_) {
    append_big_endian<std::uint16_t>(0xffff, to);
  }
}

}  // namespace ingest::detail
