#include "ingest/slice_id.hpp"

#include <charconv>

#include "ingest/error.hpp"

namespace ingest {

slice_id::slice_id(std::string stream, std::string name)
    : texts_(std::make_shared<const texts>(texts{std::move(stream), std::move(name)})) {}

const slice_id::texts& slice_id::get() const {
  static const texts of_an_undivided_source{"", "0"};
  return texts_ ? *texts_ : of_an_undivided_source;
}

const std::string& slice_id::stream() const {
  return get().stream;
}

const std::string& slice_id::name() const {
  return get().name;
}

std::uint32_t slice_id::number() const {
  const std::string& text = name();
  std::uint32_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) {
    throw error(errc::internal, to_string(*this) + " is not known by a number");
  }
  return value;
}

std::strong_ordering slice_id::operator<=>(const slice_id& other) const {
  return texts_ == other.texts_ ? std::strong_ordering::equal : get() <=> other.get();
}

std::string to_string(const slice_id& s) {
  return "slice " + s.name() + (s.stream().empty() ? "" : " of " + s.stream());
}

}  // namespace ingest
