#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/batch.hpp"

namespace ingest::detail {

/// The rows of some pages of a batch, lines of keyed_encoder, in the order of their keys' bytes: neighbours in the
/// table's index are inserted one after the other, which costs the server a third less time. Points into the batch;
/// keeps its memory between uses. Lines of what is no record stand apart: they are not for the table.
class copy_rows {
 public:
  /// Indexes the rows of `pages`, which are among the batch's. Throws errc::bad_data that names the page if its bytes
  /// are not what the buffer's index says, or no lines that COPY would read one by one: a last line without newline,
  /// another number of lines, one without a tab, a carriage return. What the columns hold is not looked at.
  void assign(const batch& from, const std::vector<page>& pages);

  /// Those assigned last.
  const std::vector<page>& pages() const { return pages_; }

  /// Sets rows apart whose id a column of this type, pg_type.typname, would take for another row's: of numbers those
  /// that are not written as the server writes them (007, +7, 7.0), and of a varchar(n), or a domain of it, those that
  /// end in blanks behind so many characters (0: it cuts nothing off).
  void set_ambiguous_ids_apart(std::string_view type, std::size_t most_characters);

  /// What is not for the table: no record, which has a third column, as keyed_encoder::append_refused() writes it, or
  /// one whose id would be taken for another.
  struct refused_row {
    const page* of;
    std::uint64_t row;      ///< within its page, counted from 1
    std::string_view text;  ///< its line
    const char* sqlstate;
    std::string reason;
  };
  std::vector<refused_row> refused() const;

  /// Sets rows apart that share the key of their line with another, but for the first of them, or the last. Rows
  /// without a key stay.
  void set_copies_apart(bool last_stays);

  /// Where the row that stays was refused, another one has its key for itself. Of the copies that were set apart and
  /// share a key with one of the `refused`, named by their pages and numbers, the one that stays then is the only row
  /// from here on, one of each key, and no copy any more. False, and nothing is changed, where there is none.
  struct place {
    const page* of;
    std::uint64_t row;  ///< within its page, counted from 1
  };
  bool replace_refused(const std::vector<place>& refused, bool last_stays);

  /// Whether all rows are there that were assigned and are for the table.
  bool is_whole() const { return is_whole_; }

  /// Rows that were set apart as copies, with the one that stays.
  struct copy {
    const page* of;
    std::uint64_t row;      ///< within its page, counted from 1
    std::string_view text;  ///< its line
    bool differs;           ///< its record is not, byte by byte, that of the row that stays
  };
  const std::vector<copy>& copies() const { return copies_; }

  /// From here on the rows come in the order of their pages, until the next assign().
  void order_by_arrival();

  /// All rows, those that are refused too.
  std::size_t total() const { return rows_.size(); }

  /// Those for the table.
  std::size_t size() const { return order_.size(); }
  std::uint64_t bytes() const { return bytes_; }

  /// The i-th row, newline included.
  std::string_view text(std::size_t i) const { return rows_[order_[i].row].text; }

  /// What it consists of, as record_line has it.
  std::string_view key(std::size_t i) const { return rows_[order_[i].row].key(); }
  std::string_view record(std::size_t i) const { return rows_[order_[i].row].record(); }

  /// Has the processor fetch what text() will need soon after the i-th row: sorted rows lie anywhere in the range, and
  /// waiting for memory would be half the cost of sending them.
  void prefetch_behind(std::size_t i) const;

  const page& page_of(std::size_t i) const { return pages_[rows_[order_[i].row].page]; }

  /// The row's number within its page, counted from 1.
  std::uint64_t row_in_page(std::size_t i) const { return row_in_page_of(order_[i].row); }

 private:
  struct row {
    std::string_view text;
    std::uint32_t page;
    std::uint32_t key_length;

    std::string_view key() const { return text.substr(0, key_length); }

    /// Without tab and newline; of a row for the table.
    std::string_view record() const { return text.substr(key_length + 1, text.size() - key_length - 2); }
  };
  struct entry {
    std::uint64_t prefix;  ///< the id's first 8 bytes as a big-endian number: decides nearly every comparison
    std::uint32_t row;
  };

  void add(std::uint32_t page_index, std::string_view bytes);
  void sort();
  std::uint32_t row_at(const page* of, std::uint64_t row) const {
    return first_rows_[static_cast<std::size_t>(of - pages_.data())] + static_cast<std::uint32_t>(row) - 1;
  }
  std::uint64_t row_in_page_of(std::uint32_t r) const { return r - first_rows_[rows_[r].page] + 1; }

  std::vector<page> pages_;
  std::vector<std::uint32_t> first_rows_;  ///< by page
  std::vector<row> rows_;
  std::vector<entry> order_;
  struct refusal {
    std::uint32_t row;
    const char* why;  ///< null: its line says so
    const char* sqlstate;
  };
  std::vector<refusal> refused_;
  std::vector<copy> copies_;
  std::uint64_t bytes_ = 0;
  bool is_whole_ = true;
};

}  // namespace ingest::detail
