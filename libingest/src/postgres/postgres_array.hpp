#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>

namespace ingest::detail {

/// The text form of a one-dimensional PostgreSQL array, such as {1,"b"}.
class text_array {
 public:
  text_array() = default;
  explicit text_array(std::span<const std::string> elements) {
    for (const std::string& one : elements) {
      add(one);
    }
  }

  void add(std::integral auto number) {
    separate();
    text_ += std::to_string(number);
  }

  void add(std::string_view element) {
    separate();
    text_ += '"';
    for (const char c : element) {
      if (c == '"' || c == '\\') {
        text_ += '\\';
      }
      text_ += c;
    }
    text_ += '"';
  }

  std::string text() const { return text_ + "}"; }

 private:
  void separate() {
    if (text_.size() > 1) {
      text_ += ',';
    }
  }

  std::string text_ = "{";
};

}  // namespace ingest::detail
