#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// Up to where a partition of a stream is loaded, as the ledger has it: where its next sync begins.
struct stored_watermark {
  std::string pipeline;
  std::string stream;     ///< empty where it has no name
  std::string partition;  ///< empty: of the whole stream
  std::string value;
};

/// Which of them are meant.
struct state_choice {
  std::vector<std::string> pipelines;  ///< that the ledger has
  std::optional<std::string> stream = {};
  std::optional<std::string> partition = {};
};

/// In the order of their names, at most `most`. Nothing is changed.
std::vector<stored_watermark> read_state(postgres_connection& c, const state_choice& chosen, std::uint64_t most);

/// How many of them there are.
std::uint64_t count_state(postgres_connection& c, const state_choice& chosen);

/// The pipelines that are chosen, held until the caller's transaction ends. With a stream, only those that have that
/// one, or could have it by their name. Throws errc::config where there is none, and where one of them is not complete:
/// its run goes by what was there when it began, and puts its own in the place of what is there when it ends. So does
/// a sync that has looked at its state, and has not opened its run in the ledger yet: nobody can tell that here.
std::vector<std::string> hold_pipelines(postgres_connection& c, const state_choice& chosen);

/// Inside a transaction that holds the pipeline.
void put_state(postgres_connection& c, const stored_watermark& w);

/// Forgets what is chosen of pipelines that are held; returns how many there were.
std::uint64_t forget_state(postgres_connection& c, const state_choice& chosen);

/// Forgets pipelines as if they had never been, in one transaction; their rows stay in the tables.
void forget_pipelines(postgres_connection& c, std::span<const std::string> names);

/// Whether rows that come once more are in the table twice.
bool appends(postgres_connection& c, const std::string& pipeline);

}  // namespace ingest::detail
