#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "demo_api/event_store.hpp"

namespace demo_api {

/// Writes pieces of JSON into memory that the caller knows to be large enough.
class event_writer {
 public:
  explicit event_writer(char* out) : out_(out) {}

  char* position() const { return out_; }

  void text(std::string_view s) {
    std::memcpy(out_, s.data(), s.size());
    out_ += s.size();
  }

  /// A version 4 UUID (RFC 4122) of these bits, 36 characters.
  void uuid(std::uint64_t high, std::uint64_t low);

  void number(std::uint64_t n);

  /// ISO 8601 with milliseconds, 24 characters: 2026-01-27T19:19:13.629Z.
  void iso_time(timestamp_ms time);

 private:
  void digits(std::uint64_t n, int width);

  char* out_;
};

/// The UUID of these bits as a string.
std::string uuid_text(std::uint64_t high, std::uint64_t low);

/// Appends the value of "properties" of a nasty event: legal JSON that careless code breaks on. `variant` chooses which
/// kind: escapes, lines that look like the end of a COPY, tabs between tokens, emoji, long strings, deep nesting,
/// numbers that no machine type holds, control characters.
void append_nasty_properties(std::uint64_t variant, std::string& out);

}  // namespace demo_api
