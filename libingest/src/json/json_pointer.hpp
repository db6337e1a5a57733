#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ingest {

/// The place of a value in a JSON document, as RFC 6901 writes it: "/session/id". "" is the document itself.
class json_pointer {
 public:
  /// Throws errc::config for a text that is no pointer, without naming a setting: the caller knows which it is.
  explicit json_pointer(std::string_view text);

  /// To a member of the document, whatever its name.
  static json_pointer to_member(std::string_view name) { return json_pointer(text_to_member(name)); }
  static std::string text_to_member(std::string_view name);

  /// The keys on the way, unescaped. In an array, a token is an index.
  const std::vector<std::string>& tokens() const { return tokens_; }

  bool operator==(const json_pointer&) const = default;

 private:
  std::vector<std::string> tokens_;
};

}  // namespace ingest
