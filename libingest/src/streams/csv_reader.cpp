#include "streams/csv_reader.hpp"

#include <algorithm>
#include <compare>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

/// Where the first line end outside of quotes is; npos if there is none.
std::size_t first_line_end(std::string_view text, bool quoting) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      quoted = quoting && !quoted;
    } else if (!quoted && (text[at] == '\n' || text[at] == '\r')) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// How well a form suits the records that `text` begins with.
struct suitability {
  bool names_id = false;
  bool divides_alike = false;
  std::size_t columns = 1;

  auto operator<=>(const suitability&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// The fields of the record that `text` begins with, and its length; neither where quotes end in the middle of its
/// fields or do not end.
std::pair<std::vector<std::string>, std::size_t> fields_of(std::string_view text, const csv_form& form) {
  std::vector<std::string> fields;
  try {
    const std::size_t length = read_csv_record(text, true, form, fields);
    return {std::move(fields), length};
  } catch (const error&) {
    return {};
  }
}

suitability try_form(std::string_view text, const csv_form& form, std::string_view id_column) {
  const auto [names, length] = fields_of(text, form);
  const bool names_id = !id_column.empty() && std::find(names.begin(), names.end(), id_column) != names.end();
  const bool alike = names.size() > 1 && names.size() == fields_of(text.substr(length), form).first.size();
  return {names_id, alike, names.size()};
}

}  // namespace

std::optional<csv_layout> csv_layout_of(std::string_view text, bool enough, std::optional<char> separator, bool quoting,
                                        std::string_view id_column) {
  const std::size_t end = first_line_end(text, quoting);
  const bool record_follows = end < text.size() && text.find_first_of("\r\n", end + 2) != std::string_view::npos;
  if (!enough && !record_follows) {
    return std::nullopt;
  }
  csv_layout layout{{separator.value_or(','), quoting}};
  if (end < text.size() && text[end] == '\r' && !text.substr(end).starts_with("\r\n")) {
    layout.form.line_end = '\r';
  }
  if (separator) {
    return layout;
  }
  if (text.starts_with("sep=") && end == 5) {
    layout.form.separator = text[4];
    layout.preamble = text.substr(end).starts_with("\r\n") ? 7 : 6;
    return layout;
  }
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  suitability best;
  for (const char candidate : {',', ';', '\t', '|'}) {
    const suitability found = try_form(text, {candidate, quoting, layout.form.line_end}, id_column);
    if (found > best) {
      best = found;
      layout.form.separator = candidate;
    }
  }
  return layout;
}

}  // namespace ingest::detail
