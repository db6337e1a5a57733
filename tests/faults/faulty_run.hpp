#pragma once

#include <string>
#include <vector>

#include "support/ingest_run.hpp"

namespace ingest::testing {

/// Runs `ingest COMMAND FLAGS…`, started by another program, to its end.
finished_process run_under(ingest_run& r, std::vector<std::string> starter, const std::string& command = "run",
                           const std::vector<std::string>& flags = {});

/// Starts it, and returns while it runs.
child_process start_under(ingest_run& r, std::vector<std::string> starter, const std::string& command = "run",
                          const std::vector<std::string>& flags = {});

/// What every fault must leave possible: a run without faults completes, and the table is what the API holds.
void check_completes(ingest_run& r, const std::vector<std::string>& flags = {});

/// The run ended with this code and its log says why, in these words.
void check_ended(const finished_process& p, int exit_code, const std::string& words);

/// The state is whole or absent: never empty, cut off or garbage.
void check_state_is_whole(const ingest_run& r);

}  // namespace ingest::testing
