#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ingest::rest {

/// A regular expression of a manifest. Written for Python's `re`; PCRE2 understands what connectors use of that. The
/// steps of a match are limited: an expression that would take for ever does not match.
class pattern {
 public:
  /// Throws errc::config, naming `where`, for what is no expression.
  pattern(const std::string& expression, const std::string& where);

  /// re.match(): what matches at the beginning of `text`.
  std::optional<std::string_view> match(std::string_view text) const;

  /// re.search(): whether it matches anywhere.
  bool found_in(std::string_view text) const;

 private:
  struct compiled;
  std::shared_ptr<const compiled> compiled_;
};

}  // namespace ingest::rest
