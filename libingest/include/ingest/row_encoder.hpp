#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ingest {

/// Turns an event into a row of the form that the buffer holds and the sink loads. Stateless, and shared by all who
/// read: the functions are const and thread-safe.
class row_encoder {
 public:
  virtual ~row_encoder() = default;

  /// Appends one row to `out`. `id` is the event's key, decoded (no JSON escapes), or nothing where the event has none
  /// that can be used; `json` is the event as it was received, valid JSON.
  virtual void append(std::optional<std::string_view> id, std::string_view json, std::string& out) const = 0;
};

/// A line of PostgreSQL's COPY text format with the columns id and data. A missing id becomes `\N` (NULL), so that the
/// target's NOT NULL refuses the row, and whoever sets refused rows aside gets to see it.
/// See https://www.postgresql.org/docs/current/sql-copy.html, "Text Format".
class copy_text_encoder final : public row_encoder {
 public:
  void append(std::optional<std::string_view> id, std::string_view json, std::string& out) const override;

  /// Appends a row for what is no event, with the reason. No target takes such a row, whatever its triggers do: a third
  /// column, which no event has, tells the sink to set it aside itself.
  void append_refused(std::string_view reason, std::string_view record, std::string& out) const;
};

/// A line of newline-delimited JSON: the event as it is. Line breaks, which JSON has only between its tokens, become
/// spaces.
class ndjson_encoder final : public row_encoder {
 public:
  void append(std::optional<std::string_view> id, std::string_view json, std::string& out) const override;
};

}  // namespace ingest
