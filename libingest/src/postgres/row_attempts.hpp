#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// Sends rows to the server under savepoints, within the caller's open transaction, and tells errors that may be a
/// row's from those that cannot be. The rule: whatever the server says about rows may be the fault of one of them, and
/// whoever sends them finds out which by sending it alone. Only what time mends (outages, other sessions in the way)
/// and damage of the database itself is thrown on. One error can be either: a server out of memory. It counts as an
/// outage twice, and as what a row may have provoked from then on.
class row_attempts {
 public:
  /// `number` counts, from 1, how often the rows of this range are loaded.
  row_attempts(postgres_connection& c, unsigned number) : connection_(c), number_(number) {}

  postgres_connection& connection() const { return connection_; }

  /// Does `work` and keeps what it did; returns the error, with everything as before, if it is refused.
  std::optional<database_error> keep(const std::function<void()>& work) const;

  /// Does `work` and takes it back: only to see whether it would be refused.
  std::optional<database_error> rehearse(const std::function<void()>& work) const;

  struct steps {
    std::function<void(std::size_t begin, std::size_t end)> send;
    /// The row that an error is about, where it tells.
    std::function<std::optional<std::size_t>(const database_error& e, std::size_t begin, std::size_t end)> blamed;
    std::function<void(std::size_t row, const database_error& why)> refuse;
  };

  /// Sends rows 0 to `rows`, all at once if they go. If not, sends fewer, until those that are refused are found; each
  /// of them is passed over. A refusal costs about as much as sending the rows before it once more: an attempt takes
  /// twice as many rows as the last one that went well, and ends before a row known to be bad.
  void narrow(std::size_t rows, const steps& s) const;

 private:
  std::optional<database_error> attempt(const std::function<void()>& work, bool keeps) const;
  bool may_be_a_rows(const database_error& e) const;

  postgres_connection& connection_;
  const unsigned number_;
};

}  // namespace ingest::detail
