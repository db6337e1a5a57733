#pragma once

#include <map>
#include <string>
#include <vector>

namespace ingest::app {

/// Of what a service starts, as "NAME=value": its own environment, with `more` in place of what it has under the same
/// names, and without its connection to systemd, which is not theirs, and the trace that it was started in, which would
/// have all syncs of months.
std::vector<std::string> service_environment(const std::map<std::string, std::string>& more);

}  // namespace ingest::app
