#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ingest {

/// Turns a record into a line of the form that the buffer holds and the sink takes. Stateless, and shared by all who
/// read: the functions are const and thread-safe.
class record_encoder {
 public:
  virtual ~record_encoder() = default;

  /// Appends one line to `out`. `key` is the record's key, decoded (no JSON escapes), or nothing where the record has
  /// none that can be used; `json` is the record as it was received, valid JSON.
  virtual void append(std::optional<std::string_view> key, std::string_view json, std::string& out) const = 0;

  /// Appends a line for what is no record, and why it is none. The default takes it for a record.
  virtual void append_refused(std::string_view reason, std::string_view bytes, std::string& out) const;
};

/// `key TAB json NEWLINE`: what the durable buffer holds and the PostgreSQL sink loads.
///
/// The JSON is what came, byte for byte, but for line breaks and tabs, which JSON has only between its tokens: they
/// become blanks. The key stands as in a JSON string (RFC 8259, section 7), with no more escapes than it needs, so that
/// equal keys are equal bytes; one that is empty is `""`, one that is missing nothing at all. The table refuses a row
/// without key, unless it gives it one.
///
/// What is no record is a line of three columns: no key, its bytes, and the reason, both as in a JSON string. No record
/// has a third column, so the sink sets it aside itself, whatever the table's triggers do.
class keyed_encoder final : public record_encoder {
 public:
  void append(std::optional<std::string_view> key, std::string_view json, std::string& out) const override;
  void append_refused(std::string_view reason, std::string_view bytes, std::string& out) const override;
};

/// A line of newline-delimited JSON: the record as it is. Line breaks, which JSON has only between its tokens, become
/// blanks.
class ndjson_encoder final : public record_encoder {
 public:
  void append(std::optional<std::string_view> key, std::string_view json, std::string& out) const override;
};

}  // namespace ingest
