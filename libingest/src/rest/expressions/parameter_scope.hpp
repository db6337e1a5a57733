#pragma once

#include "rest/expressions/interpolation.hpp"

namespace ingest::rest {

/// What is known at a place, and `parameters`: the `$parameters` of the component there; None: those that `given` has.
/// `given` must outlive it.
inline variables with_parameters(const variables& given, const value& parameters) {
  variables names(&given);
  if (!parameters.is_none()) {
    names.set("parameters", parameters);
  }
  return names;
}

}  // namespace ingest::rest
