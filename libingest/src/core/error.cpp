#include "ingest/error.hpp"

#include <sysexits.h>

#include <new>
#include <system_error>

namespace ingest {

namespace {

bool usually_transient(errc code) {
  return code == errc::unavailable || code == errc::no_space || code == errc::internal;
}

}  // namespace

std::string_view name_of(errc code) {
  switch (code) {
    case errc::usage:
      return "usage";
    case errc::config:
      return "config";
    case errc::authentication:
      return "authentication";
    case errc::bad_data:
      return "bad_data";
    case errc::unavailable:
      return "unavailable";
    case errc::io:
      return "io";
    case errc::no_space:
      return "no_space";
    case errc::locked:
      return "locked";
    case errc::cancelled:
      return "cancelled";
    case errc::exhausted:
      return "exhausted";
    case errc::internal:
      return "internal";
  }
  return "unknown";
}

int exit_code_of(errc code) {
  switch (code) {
    case errc::usage:
      return EX_USAGE;
    case errc::config:
    case errc::authentication:
      return EX_CONFIG;
    case errc::bad_data:
      return EX_DATAERR;
    case errc::unavailable:
      return EX_UNAVAILABLE;
    case errc::io:
    case errc::no_space:
      return EX_IOERR;
    case errc::locked:
      return EX_TEMPFAIL;
    case errc::cancelled:
      return 1;
    case errc::exhausted:
    case errc::internal:
      return EX_SOFTWARE;
  }
  return EX_SOFTWARE;
}

error::error(errc code, const std::string& message) : error(code, message, usually_transient(code)) {}

error::error(errc code, const std::string& message, bool transient)
    : std::runtime_error(message), code_(code), transient_(transient) {}

error error::as_in_doubt() const {
  error copy = *this;
  copy.in_doubt_ = true;
  return copy;
}

error current_error() noexcept {
  try {
    throw;
  } catch (const error& e) {
    return e;
  } catch (const std::bad_alloc&) {
    return error(errc::internal, "out of memory");
  } catch (const std::system_error& e) {
    if (e.code() == std::errc::resource_unavailable_try_again) {
      return error(errc::unavailable,
                   "the system grants no more threads: raise the limit (ulimit -u, or that of the "
                   "container)");
    }
    return error(errc::internal, e.what());
  } catch (const std::exception& e) {
    return error(errc::internal, e.what());
  } catch (...) {
    return error(errc::internal, "an exception that is no std::exception was thrown");
  }
}

}  // namespace ingest
