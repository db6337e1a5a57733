#pragma once

#include "rest/expressions/interpolation.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Makes another record of a record. Changes nothing; thread-safe.
class transformation {
 public:
  virtual ~transformation() = default;

  /// `given` has config and stream_slice; `record`, a dict, it adds itself. Throws errc::config for an expression that
  /// cannot be evaluated, errc::bad_data for a record that it cannot be done with.
  virtual value apply(const value& record, const variables& given) const = 0;
};

}  // namespace ingest::rest
