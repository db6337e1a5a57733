#pragma once

#include "rest/expressions/interpolation.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What the templates of a component may name wherever they stand: the connector's settings and its own `$parameters`.
struct settings {
  value config = value::dict_of({});
  value parameters = value::dict_of({});

  variables as_variables() const {
    variables all;
    all.set("config", config);
    all.set("parameters", parameters);
    return all;
  }
};

}  // namespace ingest::rest
