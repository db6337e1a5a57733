#include "postgres/copy_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "ingest/error.hpp"
#include "json/byte_scan.hpp"
#include "records/record_line.hpp"

namespace ingest::detail {

namespace {

// What the standard calls a value that is none of its type, as the server does of text that is no JSON, and one that is
// too long for it.
constexpr const char* no_value = "22P02";
constexpr const char* too_long = "22001";

[[noreturn]] void refuse(const page& p, const std::string& what) {
  throw error(errc::bad_data, to_string(p) + " (segment " + std::to_string(p.segment) + ", offset " +
                                  std::to_string(p.offset) + ") " + what);
}

/// The next tab or line break. There is one: pages end in a newline.
const char* next_control(const char* begin, const char* end) {
  return find_first<false, '\t', '\n', '\r'>(begin, end);
}

std::uint64_t prefix_of(std::string_view key) {
  std::array<unsigned char, 8> head{};
  std::memcpy(head.data(), key.data(), std::min(key.size(), head.size()));
  std::uint64_t prefix = 0;
  for (const unsigned char c : head) {
    prefix = prefix << 8 | c;
  }
  return prefix;
}

bool is_cut(std::string_view key, std::size_t most_characters) {
  if (!key.ends_with(' ')) {
    return false;
  }
  std::string text;
  append_key_text(key, text);
  const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character)) > most_characters;
}

/// Whether the server writes it so: one text for each number.
bool is_plain_number(std::string_view text, bool has_fraction) {
  const auto digits = [&text] {
    const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view found = text.substr(0, size);
    text.remove_prefix(size);
    return found;
  };
  const bool is_negative = text.starts_with('-');
  text.remove_prefix(is_negative ? 1 : 0);
  const std::string_view whole = digits();
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) {
    return false;
  }
  if (text.empty()) {
    return !is_negative || whole != "0";
  }
  if (!has_fraction || text.front() != '.') {
    return false;
  }
  text.remove_prefix(1);
  const std::string_view fraction = digits();
  return text.empty() && !fraction.empty() && fraction.back() != '0';
}

}  // namespace

void copy_rows::assign(const batch& from, const std::vector<page>& pages) {
  pages_ = pages;
  first_rows_.clear();
  rows_.clear();
  order_.clear();
  refused_.clear();
  copies_.clear();
  bytes_ = 0;
  is_whole_ = true;
  const std::string_view data = from.bytes();
  std::uint64_t expected = from.pages.front().offset;
  for (const page& p : from.pages) {
    if (p.offset != expected || p.segment != from.pages.front().segment) {
      refuse(p, "does not lie behind the page before it");
    }
    expected += p.length;
  }
  if (expected - from.pages.front().offset != data.size()) {
    refuse(from.pages.front(), "and those behind it are " + std::to_string(expected - from.pages.front().offset) +
                                   " bytes long, but " + std::to_string(data.size()) + " bytes were given");
  }
  for (std::uint32_t i = 0; i < pages_.size(); ++i) {
    add(i, data.substr(pages_[i].offset - from.pages.front().offset, pages_[i].length));
  }
  sort();
}

void copy_rows::add(std::uint32_t page_index, std::string_view bytes) {
  const page& p = pages_[page_index];
  first_rows_.push_back(static_cast<std::uint32_t>(rows_.size()));
  bytes_ += bytes.size();
  if (!bytes.empty() && bytes.back() != '\n') {
    refuse(p, "does not end in a newline");
  }
  const auto row_number = [this] { return std::to_string(rows_.size() - first_rows_.back() + 1); };
  const char* const end = bytes.data() + bytes.size();
  for (const char* begin = bytes.data(); begin != end;) {
    const char* const tab = next_control(begin, end);
    if (*tab == '\n') {
      refuse(p, "has a line without a tab: row " + row_number());
    }
    const char* newline = next_control(tab + 1, end);
    const bool refused = *newline == '\t';
    while (*newline == '\t') {
      newline = next_control(newline + 1, end);
    }
    if (*tab == '\r' || *newline == '\r') {
      refuse(p, "holds a carriage return: row " + row_number());
    }
    const auto number = static_cast<std::uint32_t>(rows_.size());
    rows_.push_back({{begin, newline + 1}, page_index, static_cast<std::uint32_t>(tab - begin)});
    if (refused) {
      refused_.push_back({number, nullptr, no_value});
    } else {
      order_.push_back({prefix_of(rows_.back().key()), number});
    }
    begin = newline + 1;
  }
  const std::uint64_t found = rows_.size() - first_rows_.back();
  if (found != p.rows) {
    refuse(p, "holds " + std::to_string(found) + " rows, but its index record says " + std::to_string(p.rows));
  }
}

void copy_rows::sort() {
  std::sort(order_.begin(), order_.end(), [this](const entry& a, const entry& b) {
    if (a.prefix != b.prefix) {
      return a.prefix < b.prefix;
    }
    const int order = rows_[a.row].key().compare(rows_[b.row].key());
    return order != 0 ? order < 0 : a.row < b.row;
  });
}

void copy_rows::set_copies_apart(bool last_stays) {
  std::vector<entry> staying;
  staying.reserve(order_.size());
  for (const entry& e : order_) {
    const row& here = rows_[e.row];
    const bool is_copy = !staying.empty() && !here.key().empty() && rows_[staying.back().row].key() == here.key();
    if (!is_copy) {
      staying.push_back(e);
      continue;
    }
    const std::uint32_t gone = last_stays ? staying.back().row : e.row;
    if (last_stays) {
      staying.back() = e;
    }
    is_whole_ = false;
    copies_.push_back({&pages_[rows_[gone].page], row_in_page_of(gone), rows_[gone].text,
                       rows_[gone].record() != rows_[staying.back().row].record()});
  }
  order_ = std::move(staying);
}

bool copy_rows::replace_refused(const std::vector<place>& refused, bool last_stays) {
  std::map<std::string_view, std::optional<std::uint32_t>> staying;
  for (const place& p : refused) {
    staying.emplace(rows_[row_at(p.of, p.row)].key(), std::nullopt);
  }
  for (const copy& c : copies_) {
    const std::uint32_t r = row_at(c.of, c.row);
    if (const auto found = staying.find(rows_[r].key()); found != staying.end()) {
      std::optional<std::uint32_t>& stays = found->second;
      stays = !stays ? r : last_stays ? std::max(*stays, r) : std::min(*stays, r);
    }
  }
  std::vector<entry> order;
  for (const auto& [key, row] : staying) {
    if (row) {
      order.push_back({prefix_of(key), *row});
    }
  }
  if (order.empty()) {
    return false;
  }
  std::vector<copy> copies;
  for (const copy& c : copies_) {
    const std::uint32_t r = row_at(c.of, c.row);
    const auto found = staying.find(rows_[r].key());
    if (found == staying.end()) {
      copies.push_back(c);
    } else if (r != *found->second) {
      copies.push_back({c.of, c.row, c.text, rows_[r].record() != rows_[*found->second].record()});
    }
  }
  copies_ = std::move(copies);
  order_ = std::move(order);
  sort();
  return true;
}

void copy_rows::order_by_arrival() {
  std::sort(order_.begin(), order_.end(), [](const entry& a, const entry& b) { return a.row < b.row; });
}

void copy_rows::set_ambiguous_ids_apart(std::string_view type, std::size_t most_characters) {
  const bool is_whole_number = type == "int2" || type == "int4" || type == "int8";
  if (!is_whole_number && type != "numeric" && most_characters == 0) {
    return;
  }
  std::erase_if(order_, [&](const entry& e) {
    const std::string_view key = rows_[e.row].key();
    if (most_characters > 0 && is_cut(key, most_characters)) {
      refused_.push_back({e.row, "the id ends in blanks that its column is too short for", too_long});
      return true;
    }
    if ((is_whole_number || type == "numeric") && !key.empty() && !is_plain_number(key, !is_whole_number)) {
      refused_.push_back({e.row,
                          "the id is not written as a number of its column is, and could be taken for another one: a "
                          "column of text tells them apart",
                          no_value});
      return true;
    }
    return false;
  });
}

void copy_rows::prefetch_behind(std::size_t i) const {
  constexpr std::size_t ahead = 4;  // rows
  constexpr std::size_t cache_line = 64;
  constexpr std::size_t most_bytes =
      1024;  // longer rows are fetched by the processor itself, as they are read in order
  if (i + 2 * ahead < order_.size()) {
    __builtin_prefetch(&rows_[order_[i + 2 * ahead].row]);
    const std::string_view text = rows_[order_[i + ahead].row].text;
    for (std::size_t at = 0; at < std::min(text.size(), most_bytes); at += cache_line) {
      __builtin_prefetch(text.data() + at);
    }
  }
}

std::vector<copy_rows::refused_row> copy_rows::refused() const {
  std::vector<refused_row> all;
  for (const refusal& r : refused_) {
    std::string reason;
    append_bytes(r.why ? std::string(r.why) : parse_record_line(rows_[r.row].text).reason.value_or(""), reason);
    all.push_back(
        {&pages_[rows_[r.row].page], row_in_page_of(r.row), rows_[r.row].text, r.sqlstate, std::move(reason)});
  }
  return all;
}

}  // namespace ingest::detail
