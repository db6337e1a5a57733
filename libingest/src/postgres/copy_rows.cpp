#include "postgres/copy_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "ingest/error.hpp"
#include "postgres/copy_format.hpp"

namespace ingest::detail {

namespace {

[[noreturn]] void refuse(const page& p, const std::string& what) {
  throw error(errc::bad_data, "page " + std::to_string(p.id) + " (segment " + std::to_string(p.segment) + ", offset " +
                                  std::to_string(p.offset) + ") " + what);
}

std::string_view id_of(std::string_view row) {
  const void* tab = std::memchr(row.data(), '\t', row.size());
  return row.substr(0, tab == nullptr ? row.size() - 1 : static_cast<const char*>(tab) - row.data());
}

/// Where the reason begins in a row that is marked as refused: in a third column, behind an id that is missing; npos in
/// any other row.
std::size_t reason_in(std::string_view row) {
  constexpr std::string_view no_id = "\\N\t";
  const auto tab = row.starts_with(no_id) ? row.find('\t', no_id.size()) : std::string_view::npos;
  return tab == std::string_view::npos ? tab : tab + 1;
}

std::uint64_t prefix_of(std::string_view id) {
  std::array<unsigned char, 8> head{};
  std::memcpy(head.data(), id.data(), std::min(id.size(), head.size()));
  std::uint64_t prefix = 0;
  for (const unsigned char c : head) {
    prefix = prefix << 8 | c;
  }
  return prefix;
}

/// Whether `line` (without its newline) ends in the middle of an escape: then the newline would be part of the row, or
/// the whole COPY end here.
bool ends_unsafely(std::string_view line) {
  if (line.ends_with('.')) {
    line.remove_suffix(1);
  }
  const auto other = line.find_last_not_of('\\');
  const std::size_t backslashes = line.size() - (other == std::string_view::npos ? 0 : other + 1);
  return backslashes % 2 == 1;
}

}  // namespace

void copy_rows::assign(const batch& from, const std::vector<page>& pages) {
  pages_ = pages;
  first_rows_.clear();
  rows_.clear();
  order_.clear();
  refused_.clear();
  bytes_ = 0;
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
  if (bytes.find('\r') != std::string_view::npos) {
    refuse(p, "holds a carriage return that is not escaped");
  }
  while (!bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    if (ends_unsafely(line)) {
      refuse(p, "has a row that ends in an escape, as \\. does: row " +
                    std::to_string(rows_.size() - first_rows_.back() + 1));
    }
    const std::string_view text = bytes.substr(0, line.size() + 1);
    const auto number = static_cast<std::uint32_t>(rows_.size());
    if (reason_in(text) == std::string_view::npos) {
      order_.push_back({prefix_of(id_of(text)), number});
    } else {
      refused_.push_back(number);
    }
    rows_.push_back({text, page_index});
    bytes.remove_prefix(text.size());
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
    const int order = id_of(rows_[a.row].text).compare(id_of(rows_[b.row].text));
    return order != 0 ? order < 0 : a.row < b.row;
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
  for (const std::uint32_t r : refused_) {
    const std::string_view whole = rows_[r].text;
    const std::size_t reason = reason_in(whole);
    all.push_back({&pages_[rows_[r].page], row_in_page_of(r), whole.substr(0, reason - 1),
                   read_columns(whole.substr(reason)).id});
  }
  return all;
}

}  // namespace ingest::detail
