#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/json_scanner.hpp"

namespace ingest::rest {

/// The JSON of some records: parts of an answer's body, which they keep, or texts of their own. Moving it keeps no view
/// into it valid.
class record_texts {
 public:
  record_texts() = default;
  explicit record_texts(std::shared_ptr<const std::string> body) : body_(std::move(body)) {}

  /// A record as a part of the body, and its key, if it was looked for, as it then is of all of them.
  void append_part(std::string_view json, const std::optional<detail::json_value>& key) {
    places_.push_back({static_cast<std::size_t>(json.data() - body_->data()), json.size()});
    size_ += json.size();
    if (key) {
      keys_.push_back(*key);
    }
  }

  /// A record with a text of its own. Where there is a body, there are none.
  void append(std::string_view json) {
    places_.push_back({bytes_.size(), json.size()});
    size_ += json.size();
    bytes_.append(json);
  }

  void reserve(std::size_t records) { places_.reserve(records); }

  std::size_t size() const { return places_.size(); }
  bool empty() const { return places_.empty(); }
  std::size_t bytes() const { return size_; }

  std::string_view operator[](std::size_t index) const {
    const place& at = places_[index];
    return std::string_view(body_ ? *body_ : bytes_).substr(at.begin, at.size);
  }

  /// Null: nobody has looked for it.
  const detail::json_value* key(std::size_t index) const { return keys_.empty() ? nullptr : &keys_[index]; }

 private:
  struct place {
    std::size_t begin;
    std::size_t size;
  };

  std::shared_ptr<const std::string> body_;
  std::string bytes_;
  std::vector<place> places_;
  std::vector<detail::json_value> keys_;  // pointing into the body
  std::size_t size_ = 0;
};

}  // namespace ingest::rest
