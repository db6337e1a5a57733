#pragma once

#include <libpq-fe.h>

#include <optional>
#include <string>
#include <string_view>

#include "ingest/error.hpp"

namespace ingest::detail {

/// What to do about a failed statement or connection.
enum class database_fault {
  outage,      ///< the server is away, going, or out of resources: connect anew and do it again
  contention,  ///< another session was in the way: roll back and do it again
  fatal,       ///< doing it again changes nothing: the statement, the table or a row is to blame
};

/// An error that the server or libpq reported.
class database_error : public error {
 public:
  /// What is known of an error; empty where it is not.
  struct diagnostics {
    std::string sqlstate;
    std::string message;
    std::string detail;
    std::string context;
    std::string column;
  };

  database_error(diagnostics d, const std::string& prefix);

  /// The connection is lost, whatever the server may have said last.
  static database_error lost(const std::string& message, const std::string& prefix);

  /// Something of ours is in the way.
  static database_error busy(const std::string& message, const std::string& prefix);

  database_fault fault() const noexcept { return fault_; }
  const diagnostics& told() const noexcept { return told_; }

 private:
  database_error(errc code, database_fault fault, diagnostics d, const std::string& prefix);

  database_fault fault_;
  diagnostics told_;
};

/// A server that is out of memory, whoever uses it up.
inline constexpr std::string_view out_of_memory = "53200";

database_fault fault_of(std::string_view sqlstate);
database_error::diagnostics diagnostics_of(const PGresult* failed);

/// The line of the input, counted from 1, that a COPY into `table` stumbled over, by the error's context; nothing
/// unless that is beyond doubt, for parts of the context are data, and the words come in the server's language.
std::optional<std::size_t> copy_line(std::string_view context, std::string_view table);

/// The SQLSTATE in a verbose error message of libpq, or nothing: a failed connection has no other place for it.
std::string sqlstate_in(std::string_view verbose_message);

}  // namespace ingest::detail
