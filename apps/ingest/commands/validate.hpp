#pragma once

#include <ostream>

#include "settings/settings.hpp"

namespace ingest::app {

/// Checks settings, DATA_DIR (which is created if it is missing; not where TO needs none), FROM and TO: a line each.
/// Goes on after a failure, unless it is the settings that are wrong; returns the exit code of the first, or 0.
int check_all(const setting_sources& sources, std::ostream& out);

/// Such a line.
void print_verdict(std::ostream& out, std::string_view verdict, std::string_view name, const std::string& text);

}  // namespace ingest::app
