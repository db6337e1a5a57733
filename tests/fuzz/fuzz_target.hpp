#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ingest/error.hpp"

/// What the fuzz targets share. A target reads its input as hostile bytes; it fails, and libFuzzer keeps the input,
/// when a sanitizer complains, when something else than an `ingest::error` is thrown, or when a require() does not
/// hold.
namespace ingest::fuzz {

/// Ends the process with `claim`, the sentence that turned out to be false.
inline void require(bool holds, const char* claim) {
  if (!holds) {
    std::fprintf(stderr, "this does not hold: %s\n", claim);
    std::abort();
  }
}

/// Calls `f` and returns the `error` it threw, if it did. Anything else that is thrown passes, and fails the target.
template <class F>
std::optional<error> refusal_of(F&& f) {
  try {
    std::forward<F>(f)();
  } catch (const error& e) {
    require(std::string_view(e.what()).find_first_not_of(' ') != std::string_view::npos, "an error says something");
    return e;
  }
  return std::nullopt;
}

/// The bytes of an input, taken from the front. What is not there reads as zero or as less.
class input {
 public:
  input(const std::uint8_t* bytes, std::size_t size) : rest_(reinterpret_cast<const char*>(bytes), size) {}

  std::uint8_t byte() {
    const std::string_view one = take(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one.front());
  }
  std::uint16_t number() {
    const std::uint8_t low = byte();
    return static_cast<std::uint16_t>(low | byte() << 8);
  }
  std::string_view take(std::size_t most) {
    const std::string_view taken = rest_.substr(0, most);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  /// Up to the next newline, which is taken as well and not returned.
  std::string_view line() {
    const std::string_view taken = take(std::min(rest_.find('\n'), rest_.size()));
    take(1);
    return taken;
  }
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace ingest::fuzz
