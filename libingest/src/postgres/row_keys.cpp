#include "postgres/row_keys.hpp"

#include <algorithm>
#include <functional>
#include <span>

#include "core/ascii.hpp"
#include "json/json_scanner.hpp"

namespace ingest::detail {

namespace {

/// Whether a member that is called otherwise may have this column: column_name_of() ends in a checksum.
bool may_have_other_name(std::string_view column) {
  constexpr std::size_t of_checksum = 8;
  return column.size() > of_checksum && column[column.size() - of_checksum - 1] == '_' &&
         column.substr(column.size() - of_checksum).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// As coarse as uuids are, whatever the type: a column of text may become one of uuid in mid-run.
void append_coarse(std::string_view text, std::string& to) {
  for (const char c : text) {
    if (c != '-' && c != '{' && c != '}') {
      to += lower(c);
    }
  }
}

bool is_plain_integer(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  return !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return is_digit(c); }) &&
         (digits.front() != '0' || text == "0");
}

bool is_plain_uuid(std::string_view text) {
  if (text.size() != 36) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash != (text[i] == '-')) {
      return false;
    }
  }
  return true;
}

}  // namespace

row_keys::row_keys(const target_table& table) {
  if (!table.rows_stand_alone || table.shape.key.empty()) {
    return;
  }
  std::vector<column> columns;
  for (const std::string& name : table.shape.key) {
    const shape_column* const c = table.shape.find(name);
    if (c->at && may_have_other_name(name)) {
      return;
    }
    const auto told = told_by(table.types.at(static_cast<std::size_t>(c - table.shape.columns.data())));
    if (!told) {
      return;
    }
    columns.push_back({c->at, *told});
  }
  columns_ = std::move(columns);
}

std::optional<row_keys::texts> row_keys::told_by(const std::string& type) {
  if (type == "text" || type == "varchar") {
    return texts::all;
  }
  if (type == "int2" || type == "int4" || type == "int8" || type == "numeric") {
    return texts::integers;
  }
  return type == "uuid" ? std::optional(texts::uuids) : std::nullopt;
}

bool row_keys::is_certain(std::string_view text, texts told_by) {
  switch (told_by) {
    case texts::all:
      return text.find('\0') == std::string_view::npos;  // it may go without that
    case texts::integers:
      return is_plain_integer(text);
    case texts::uuids:
      return is_plain_uuid(text);
  }
  return false;
}

/// Each text is followed by a character that it cannot have, so that no two keys of several columns run into one.
bool row_keys::append_key(std::string_view key, std::string_view record) {
  key_.clear();
  for (const column& c : *columns_) {
    json_value found;
    if (c.at) {
      json_scanner in(record);
      find_values(in, std::span(&*c.at, 1), std::span(&found, 1));
    }
    const auto text = c.at ? found.text(scratch_) : key;
    if (!text || !is_certain(*text, c.told_by)) {
      return false;
    }
    append_coarse(*text, key_);
    key_ += '\0';
  }
  return true;
}

std::uint64_t row_keys::rule() const {
  std::string text;
  for (const column& c : *columns_) {
    for (const std::string& token : c.at ? c.at->tokens() : std::vector<std::string>()) {
      text += token + '\0';
    }
    text += c.at ? 'm' : 'l';
    text += static_cast<char>('0' + static_cast<int>(c.told_by));
  }
  return std::hash<std::string>()(text);
}

std::optional<record_keys> row_keys::of(const copy_rows& rows) {
  if (!columns_) {
    return std::nullopt;
  }
  std::vector<std::uint64_t> numbers;
  numbers.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows.prefetch_behind(i);
    try {
      if (!append_key(rows.key(i), rows.record(i))) {
        return std::nullopt;
      }
    } catch (const json_fault&) {
      return std::nullopt;
    }
    numbers.push_back(std::hash<std::string_view>()(key_));
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return record_keys{rule(), std::move(numbers)};
}

}  // namespace ingest::detail
