#pragma once

#include <string>

#include "values/decimal.hpp"

namespace ingest::detail {

/// Appends it as numeric_recv() of the server reads it; false where a numeric cannot hold it.
bool append_numeric(const decimal& number, std::string& to);

}  // namespace ingest::detail
