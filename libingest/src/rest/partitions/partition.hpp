#pragma once

#include <string>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// A part of a stream by a value: an item of a list, a record of a parent.
struct partition {
  value values = value::dict_of({});  ///< what tells it apart: its name in the ledger is made of that
  value extra_fields = value::dict_of({});

  /// Canonical JSON of its values: the same for the same partition in every sync.
  std::string key() const;
};

}  // namespace ingest::rest
