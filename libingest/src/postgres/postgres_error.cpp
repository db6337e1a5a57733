#include "postgres/postgres_error.hpp"

#include <algorithm>
#include <charconv>

#include "core/ascii.hpp"

namespace ingest::detail {

namespace {

constexpr std::string_view read_only = "25006";

errc code_of(std::string_view sqlstate, database_fault fault) {
  switch (fault) {
    case database_fault::outage:
    case database_fault::contention:
      return errc::unavailable;
    case database_fault::fatal:
      break;
  }
  const std::string_view family = sqlstate.substr(0, 2);
  if (family == "28") {
    return errc::authentication;
  }
  if (family == "22" || family == "23" || family == "54" || family == "P0") {
    return errc::bad_data;
  }
  if (family == "3D" || family == "3F" || family == "42" || family == "0A" || family == "0L" || family == "0P") {
    return errc::config;
  }
  return errc::internal;
}

std::string text_of(const database_error::diagnostics& d, const std::string& prefix) {
  std::string text = prefix + ": " + (d.message.empty() ? "the connection failed" : d.message);
  if (!d.sqlstate.empty()) {
    text += " (SQLSTATE " + d.sqlstate + ")";
  }
  if (d.sqlstate == read_only) {
    text +=
        ": the server is a standby that is not promoted, or default_transaction_read_only is on for the database or "
        "the role, which is respected";
  }
  return text;
}

std::optional<std::size_t> first_number(std::string_view text) {
  const auto* digit = std::find_if(text.begin(), text.end(), is_digit);
  std::size_t value = 0;
  const auto [end, status] = std::from_chars(digit, text.end(), value);
  return status == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace

database_error::database_error(errc code, database_fault fault, diagnostics d, const std::string& prefix)
    : error(code, text_of(d, prefix)), fault_(fault), told_(std::move(d)) {}

database_error::database_error(diagnostics d, const std::string& prefix)
    : database_error(code_of(d.sqlstate, fault_of(d.sqlstate)), fault_of(d.sqlstate), d, prefix) {}

database_error database_error::lost(const std::string& message, const std::string& prefix) {
  return {errc::unavailable, database_fault::outage, {"", message, "", "", ""}, prefix};
}

database_error database_error::busy(const std::string& message, const std::string& prefix) {
  return {errc::unavailable, database_fault::contention, {"", message, "", "", ""}, prefix};
}

database_fault fault_of(std::string_view sqlstate) {
  const std::string_view family = sqlstate.substr(0, 2);
  // A standby that a failover has yet to promote; a database that was made read-only while its disk is being enlarged;
  // sessions ended for having been idle, or in a transaction, for too long.
  if (family == "08" || family == "53" || family == "58" || sqlstate.substr(0, 4) == "57P0" || sqlstate == read_only ||
      sqlstate == "25P03" || sqlstate == "25P04") {
    return database_fault::outage;
  }
  // 55006, 55P03: somebody else uses it, holds a lock. The rest of their class, no wait mends.
  if (family == "40" || sqlstate == "55006" || sqlstate == "55P03" || sqlstate == "57014") {
    return database_fault::contention;
  }
  return database_fault::fatal;
}

database_error::diagnostics diagnostics_of(const PGresult* failed) {
  const auto field = [failed](int code) {
    const char* value = PQresultErrorField(failed, code);
    return std::string(value == nullptr ? "" : value);
  };
  return {field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY), field(PG_DIAG_MESSAGE_DETAIL),
          field(PG_DIAG_CONTEXT), field(PG_DIAG_COLUMN_NAME)};
}

std::optional<std::size_t> copy_line(std::string_view context, std::string_view table) {
  const std::string start = "COPY " + std::string(table) + ", ";
  std::optional<std::size_t> found;
  while (!context.empty()) {
    const std::string_view line = context.substr(0, context.find('\n'));
    context.remove_prefix(std::min(line.size() + 1, context.size()));
    if (!line.starts_with(start)) {
      continue;
    }
    if (found) {
      return std::nullopt;  // one of the two is an event's text, and it is not for us to guess which
    }
    found = first_number(line.substr(start.size()));
    if (!found) {
      return std::nullopt;
    }
  }
  return found;
}

std::string sqlstate_in(std::string_view message) {
  constexpr std::size_t length = 5;
  const auto is_code_character = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); };
  for (auto at = message.find(":  "); at != std::string_view::npos; at = message.find(":  ", at + 1)) {
    const std::string_view code = message.substr(at + 3, length);
    if (code.size() == length && std::all_of(code.begin(), code.end(), is_code_character) &&
        message.substr(at + 3 + length, 1) == ":") {
      return std::string(code);
    }
  }
  return {};
}

}  // namespace ingest::detail
