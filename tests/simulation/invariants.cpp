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

slice_pages loaded_pages(const simulated_database& database) {
  slice_pages loaded;
  for (const auto& [key, row] : database.committed().slices) {
    if (row.pages > 0) {
      page_set folded;
      folded.insert(1, row.pages);
      loaded.insert(key.second, folded);
    }
  }
  for (const auto& [key, row] : database.committed().pages) {
    page_set one;
    one.insert(key.second);
    loaded.insert(key.first.second, one);
  }
  return loaded;
}

/// Whether the run of `state` began without having seen the ledger, which has another one: then nothing of it is loaded
/// anywhere, and it is given up.
bool gives_way(const run_state& state, const simulated_database& database) {
  const auto& runs = database.committed().pipelines;
  const auto in_ledger = runs.find(state.identity.pipeline);
  return state.yields && state.loaded.empty() && in_ledger != runs.end() &&
         in_ledger->second.run_id != state.identity.run_id;
}

/// Whether the buffer is of a run that is given up, and about to be removed.
bool is_started_over(const run_state& state, const disk_buffer::contents& buffer) {
  return state.replaces_ledger && buffer.identity && buffer.identity->run_id != state.identity.run_id;
}

/// Whether another process reads the page again, which was loaded before.
bool is_taken_over(const page& p, const std::string& from, const simulated_database& database) {
  const slice_key slice(simulated_pipeline, p.slice);
  const auto row = database.committed().slices.find(slice);
  return row != database.committed().slices.end() && row->second.owner != from &&
         database.committed().forgotten.contains({slice, p.id});
}

}  // namespace

std::string missing_before(const run_identity& run, const std::vector<slice_progress>& positions,
                           const std::vector<page>& waiting, simulated_disk& disk, const simulated_database& database,
                           const simulated_api& api) {
  const event_rows* const loaded = rows_of_run(run.run_id, database);
  if (loaded == nullptr) {
    return {};
  }
  const std::size_t end_era = eras_of(run.plan).second;
  std::set<std::string> buffered;
  for (const page& p : waiting) {
    add_ids(p, disk, buffered);
  }
  for (const slice_progress& s : positions) {
    // The end of a slice may be told without a position.
    const std::string position = s.done         ? std::to_string(api.events_before(s.slice, end_era))
                                 : s.pages == 0 ? ""
                                                : s.position;
    for (const std::string& id : api.before(s.slice, position, end_era)) {
      if (!buffered.contains(id) && !loaded->events.contains(id)) {
        return id + " of " + ingest::to_string(s.slice) + ", which stands at \"" + s.position + "\"" +
               (s.done ? " (done)" : "");
      }
    }
  }
  return {};
}

std::string problem_of_removal(const std::filesystem::path& path, const std::string& remover, simulated_disk& disk,
                               const simulated_database& database) {
  if (path.extension() != ".tsv" || !disk.exists(path)) {
    return {};
  }
  const slice_pages loaded = loaded_pages(database);
  slice_pages in_state;
  const auto buffer = disk_buffer::inspect(disk, simulated_directory);
  if (const auto text = disk.durable(simulated_directory / "ingestion.state")) {
    const run_state state = parse_run_state(*text);
    if (gives_way(state, database)) {
      return {};
    }
    if (is_started_over(state, buffer)) {
      return {};
    }
    in_state = state.loaded;
  }
  if (buffer.identity && database.committed().followed.contains(buffer.identity->run_id)) {
    return {};  // it was complete, and the ledger is the next sync's
  }
  if (buffer.identity && database.committed().given_up.contains(buffer.identity->run_id)) {
    return {};  // somebody has started over on another host
  }
  for (const page& p : buffer.pages) {
    if (path.filename() != segment_file_name(p.segment)) {
      continue;
    }
    const std::string what = "removes " + path.filename().string() + ", whose " + ingest::to_string(p);
    if (!loaded.contains(p) && !is_taken_over(p, remover, database)) {
      return what + " is not loaded";
    }
    if (!in_state.contains(p)) {
      return what + " is not loaded as far as the durable state knows";
    }
  }
  return {};
}

std::string problem_of_disk(simulated_disk& disk, const simulated_database& database, const simulated_api& api) {
  try {
    const auto found = disk_buffer::inspect(disk, simulated_directory);
    if (const auto state = state_store(disk, simulated_directory).load()) {
      if (gives_way(*state, database)) {
        return {};  // segments may be gone that state and index tell of: the next start removes the rest
      }
      if (is_started_over(*state, found)) {
        return {};
      }
      const std::string missing = missing_before(state->identity, state->slices, found.pages, disk, database, api);
      if (!missing.empty()) {
        return "the state is ahead of the data: nobody has " + missing;
      }
    }
    const run_identity buffered = found.identity.value_or(run_identity{});
    const std::string missing = missing_before(buffered, found.slices, found.pages, disk, database, api);
    return missing.empty() ? "" : "the index is ahead of the data: nobody has " + missing;
  } catch (const error& e) {
    return e.what();
  }
}

std::string problem_of_completion(const std::string& run_id, simulated_disk* disk, const simulated_database& database,
                                  const simulated_api& api) {
  const tables& now = database.committed();
  if (now.given_up.contains(run_id)) {
    return {};  // somebody has started over on another host
  }
  if (watermark_of(database) == 0) {
    return "it is complete without a watermark";
  }
  if (const std::string problem = problem_of_watermark(database, api); !problem.empty()) {
    return problem;
  }
  if (now.followed.contains(run_id)) {
    return {};  // another process has begun the next sync, and the ledger is that one's
  }
  const bool is_compared = database.write() == disposition::replace;  // with its watermark
  for (const auto& [id, data] :
       is_compared ? std::map<std::string, std::string>() : now.rows_of(simulated_target).events) {
    const auto e = api.truth().find(id);
    if (database.write() == disposition::append && api.poison().contains(id)) {
      continue;  // it has no id, and needs none
    }
    if (e == api.truth().end() || e->second.era >= watermark_of(database)) {
      return "the table has a row that no event stands for: " + id;
    }
    if (e->second.data_at(watermark_of(database), database.write()) != data) {
      return "event " + id + " is not as it was, but " + data;
    }
  }
  if (!now.pipelines.at(simulated_pipeline).complete || !now.pages.empty() || now.slices.size() != api.slices()) {
    return "the ledger is not complete";
  }
  for (const auto& [key, row] : now.slices) {
    if (!row.done) {
      return "the ledger is complete without the end of " + ingest::to_string(key.second);
    }
  }
  if (disk == nullptr) {
    return {};
  }
  const slice_pages loaded = loaded_pages(database);
  const auto state = state_store(*disk, simulated_directory).load();
  if (!state || state->status != run_status::complete) {
    return "the state does not say that the run is complete";
  }
  for (const page& p : disk_buffer::inspect(*disk, simulated_directory).pages) {
    if (!loaded.contains(p)) {
      return ingest::to_string(p) + " was left in the buffer";
    }
  }
  return {};
}

}  // namespace ingest::testing
