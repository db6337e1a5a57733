#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace ingest::rest::expressions {

/// What Python would raise while a template is read or rendered. Never leaves interpolation.cpp, where some become
/// values, as in the CDK, and all others errors that name the template. Says nothing about values, which may be secret.
struct fault {
  enum class kind {
    syntax,     ///< no template
    type,       ///< TypeError
    undefined,  ///< jinja2.UndefinedError
    lookup,     ///< IndexError and KeyError
    value,      ///< ValueError, UnicodeError, binascii.Error
    other,      ///< everything else, and what is beyond a bound of ours
  };

  kind what;
  std::string message;
};

[[noreturn]] inline void fail(enum fault::kind what, std::string message) {
  throw fault{what, std::move(message)};
}

/// No text or list that an expression makes has more bytes or elements than this.
constexpr std::size_t max_text_bytes = 32 << 20;
constexpr std::size_t max_elements = 2'000'000;

inline void check_size(std::size_t size, std::size_t most) {
  if (size > most) {
    fail(fault::kind::other, "what it makes is too large");
  }
}

}  // namespace ingest::rest::expressions
