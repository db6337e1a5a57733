#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

namespace ingest::app {

/// What a sync has started, a tap, and leaves behind where it is killed, becomes a child of this process from now on,
/// instead of one of the system's first process.
void adopt_orphans();

/// A child of ours with all that descends from it; what has become our child since, as its parent has ended, is known
/// by this variable, "NAME=value", in its environment, and is none of `known`.
std::vector<pid_t> family_of(pid_t child, const std::string& variable, const std::set<pid_t>& known);

/// Reaps children that have ended and are none of `known`.
void reap_orphans(const std::set<pid_t>& known);

/// Kills children that are none of `known` and have this variable, "NAME=value", in their environment, and what becomes
/// our child by that: what is left of a sync that has ended, before the next one begins.
void kill_orphans(const std::string& variable, const std::set<pid_t>& known);

}  // namespace ingest::app
