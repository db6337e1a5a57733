#include "parquet/extra_members.hpp"

#include "core/utf8.hpp"
#include "records/record_line.hpp"

namespace ingest::detail {

namespace {

/// Appends a name with its surrogates as the escapes that they were.
void append_name(std::string_view name, std::string& to) {
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  constexpr std::size_t surrogate_bytes = 3;
  while (!is_utf8(name)) {
    std::size_t good = 0;
    for (std::size_t length = 1; length > 0; good += length) {
      length = utf8_length(name.substr(good));
    }
    append_escaped(name.substr(0, good), to);
    const auto byte = [name, good](std::size_t i) { return static_cast<unsigned char>(name[good + i]); };
    to += "\\ud";
    to += {hexadecimal[byte(1) >> 2 & 0xf], hexadecimal[(byte(1) & 3) << 2 | (byte(2) >> 4 & 3)],
           hexadecimal[byte(2) & 0xf]};
    name.remove_prefix(good + surrogate_bytes);
  }
  append_escaped(name, to);
}

}  // namespace

void extra_members::clear() {
  if (!members_.empty()) {
    members_.clear();
    places_.clear();
  }
}

void extra_members::add(std::string_view name, std::string_view json) {
  const auto [place, added] = places_.emplace(name, members_.size());
  if (added) {
    members_.emplace_back(name, json);
  } else {
    members_[place->second].second = json;
  }
}

std::string_view extra_members::object() {
  text_.clear();
  for (const auto& [name, json] : members_) {
    text_ += text_.empty() ? "{\"" : ",\"";
    append_name(name, text_);
    text_ += "\":";
    text_ += json;
  }
  text_ += text_.empty() ? "{}" : "}";
  return text_;
}

}  // namespace ingest::detail
