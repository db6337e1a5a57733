#pragma once

namespace ingest {

/// Has messages of the libraries speak of settings, flags and commands where they mean options: log::name_option() for
/// each. Before anything is logged.
void name_options_as_settings();

}  // namespace ingest
