#include "simulation/invariants.hpp"

#include <set>

#include "buffer/disk_buffer.hpp"
#include "buffer/run_state.hpp"
#include "simulation/simulated_job.hpp"

namespace ingest::testing {

namespace {

void add_ids(const page& p, simulated_disk& disk, std::set<std::string>& ids) {
  const std::string& bytes = disk.contents(simulated_directory / segment_file_name(p.segment));
  for (std::size_t at = p.offset; at < p.offset + p.length;) {
    ids.insert(bytes.substr(at, bytes.find('\t', at) - at));
    const std::size_t newline = bytes.find('\n', at);
    if (newline == std::string::npos) {
      return;  // the bytes are gone; who has to notice that will
    }
    at = newline + 1;
  }
}

page_set loaded_pages(const simulated_database& database) {
  page_set loaded;
  for (const auto& [key, row] : database.committed().pages) {
    loaded.insert(key.second);
  }
  return loaded;
}

std::uint64_t rows_in_ledger(const simulated_database& database) {
  std::uint64_t rows = 0;
  for (const auto& [key, row] : database.committed().pages) {
    rows += row.rows - row.duplicates - row.rejected;
  }
  return rows;
}

/// Whether the run of `state` began without having seen the ledger, which has another one: then nothing of it is loaded
/// anywhere, and it is given up.
bool gives_way(const run_state& state, const simulated_database& database) {
  const auto& runs = database.committed().pipelines;
  const auto in_ledger = runs.find(state.identity.pipeline);
  return state.yields && state.loaded.empty() && in_ledger != runs.end() &&
         in_ledger->second.run_id != state.identity.run_id;
}

}  // namespace

std::string missing_before(const std::vector<slice_progress>& positions, const std::vector<page>& waiting,
                           simulated_disk& disk, const simulated_database& database, const simulated_api& api) {
  std::set<std::string> buffered;
  for (const page& p : waiting) {
    add_ids(p, disk, buffered);
  }
  for (const slice_progress& s : positions) {
    // The end of a slice may be told without a position.
    const std::string position = s.done ? "1000000" : s.last_page == 0 ? "" : s.position;
    for (const std::string& id : api.before(s.slice, position)) {
      if (!buffered.contains(id) && !database.committed().events.contains(id)) {
        return id + " of slice " + std::to_string(s.slice) + ", which stands at \"" + s.position + "\"" +
               (s.done ? " (done)" : "");
      }
    }
  }
  return {};
}

std::string problem_of_removal(const std::filesystem::path& path, simulated_disk& disk,
                               const simulated_database& database) {
  if (path.extension() != ".tsv" || !disk.exists(path)) {
    return {};
  }
  const page_set loaded = loaded_pages(database);
  page_set in_state;
  if (const auto text = disk.durable(simulated_directory / "ingestion.state")) {
    const run_state state = parse_run_state(*text);
    if (gives_way(state, database)) {
      return {};
    }
    in_state = state.loaded;
  }
  for (const page& p : disk_buffer::inspect(disk, simulated_directory).pages) {
    if (path.filename() != segment_file_name(p.segment)) {
      continue;
    }
    const std::string what = "removes " + path.filename().string() + ", whose page " + std::to_string(p.id);
    if (!loaded.contains(p.id)) {
      return what + " is not loaded";
    }
    if (!in_state.contains(p.id)) {
      return what + " is not loaded as far as the durable state knows";
    }
  }
  return {};
}

std::string problem_of_disk(simulated_disk& disk, const simulated_database& database, const simulated_api& api) {
  try {
    const auto found = disk_buffer::inspect(disk, simulated_directory);
    if (const auto state = state_store(disk, simulated_directory).load()) {
      if (state->slices.empty() && gives_way(*state, database)) {
        return {};  // segments may be gone that an index tells of: the next start removes the rest
      }
      const std::string missing = missing_before(state->slices, found.pages, disk, database, api);
      if (!missing.empty()) {
        return "the state is ahead of the data: nobody has " + missing;
      }
    }
    const std::string missing = missing_before(found.slices, found.pages, disk, database, api);
    return missing.empty() ? "" : "the index is ahead of the data: nobody has " + missing;
  } catch (const error& e) {
    return e.what();
  }
}

std::string problem_of_commit(const tables& changes, const simulated_database& database) {
  for (const auto& [key, row] : changes.pages) {
    const auto pipeline = database.committed().pipelines.find(key.first);
    if (pipeline == database.committed().pipelines.end() || pipeline->second.fence != row.fence) {
      return "page " + std::to_string(key.second) + " was committed behind fence " + std::to_string(row.fence) +
             ", which had been replaced";
    }
  }
  const std::uint64_t told = rows_in_ledger(database);
  if (const std::size_t there = database.committed().events.size(); told != there) {
    return "the ledger tells of " + std::to_string(told) + " rows, the table has " + std::to_string(there);
  }
  return {};
}

std::string problem_of_completion(simulated_disk& disk, const simulated_database& database, const simulated_api& api) {
  const tables& now = database.committed();
  for (const auto& [id, data] : api.truth()) {
    const auto found = now.events.find(id);
    if (found == now.events.end()) {
      return "event " + id + " is lost";
    }
    if (found->second != data) {
      return "event " + id + " is not as it was";
    }
  }
  if (now.events.size() != api.truth().size()) {
    return "the table has rows that no event stands for";
  }
  const page_set loaded = loaded_pages(database);
  if (!now.pipelines.at(simulated_pipeline).complete || loaded.contiguous_through() != loaded.max()) {
    return "the ledger is not complete";
  }
  const auto state = state_store(disk, simulated_directory).load();
  if (!state || state->status != run_status::complete) {
    return "the state does not say that the run is complete";
  }
  for (const page& p : disk_buffer::inspect(disk, simulated_directory).pages) {
    if (!loaded.contains(p.id)) {
      return "page " + std::to_string(p.id) + " was left in the buffer";
    }
  }
  return {};
}

}  // namespace ingest::testing
