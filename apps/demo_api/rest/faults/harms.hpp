#pragma once

#include <memory>

#include "demo_api/rest/description/settings.hpp"
#include "demo_api/rest/faults/fault_rule.hpp"

namespace demo_api::rest {

/// The harm that `kind` names. It does not finish the settings, which have a rule's conditions beside it.
std::unique_ptr<planned_harm> make_harm(settings& s);

}  // namespace demo_api::rest
