#include "ingest/transforms/line_transform.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"
#include "streams/lines.hpp"

namespace ingest {

std::optional<batch> line_transform::apply(batch input) {
  const std::string_view bytes = input.bytes();
  const std::size_t whole = detail::whole_lines(bytes);
  if (whole == 0) {
    begun_ += bytes;
    if (begun_.size() > max_line_bytes_) {
      throw error(errc::bad_data, "a line has more than " + std::to_string(max_line_bytes_) +
                                      " bytes: are these lines of text? Raise the limit if they are");
    }
    return std::nullopt;
  }
  input.records =
      static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(whole), '\n'));
  if (!begun_.empty() || whole < bytes.size()) {
    auto lines = std::make_shared<std::string>(std::exchange(begun_, std::string(bytes.substr(whole))));
    lines->append(bytes.substr(0, whole));
    input.data = std::move(lines);
  }
  if (!begun_.empty()) {
    input.position.clear();
  }
  return input;
}

std::optional<batch> line_transform::finish() {
  if (begun_.empty()) {
    return std::nullopt;
  }
  batch rest;
  rest.data = std::make_shared<const std::string>(std::exchange(begun_, {}) + '\n');
  rest.records = 1;
  return rest;
}

}  // namespace ingest
