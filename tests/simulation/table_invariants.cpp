#include "postgres/replacement.hpp"
#include "simulation/invariants.hpp"
#include "simulation/simulated_job.hpp"

namespace ingest::testing {

namespace {

std::uint64_t rows_in_ledger(const simulated_database& database) {
  std::uint64_t rows = 0;
  for (const auto& [key, row] : database.committed().slices) {
    rows += row.rows - row.duplicates - row.rejected;
  }
  for (const auto& [key, row] : database.committed().pages) {
    rows += row.rows - row.duplicates - row.rejected;
  }
  return rows;
}

/// Of all runs, or of the one whose table takes the place of others.
std::uint64_t rows_told(const simulated_database& database) {
  const bool replaces = database.write() == disposition::replace;
  return rows_in_ledger(database) + (replaces ? 0 : database.committed().rows_forgotten);
}

/// Of the ledger's run.
const event_rows& loaded_rows(const simulated_database& database) {
  const auto& runs = database.committed().pipelines;
  const auto run = runs.find(simulated_pipeline);
  return *rows_of_run(run == runs.end() ? "" : run->second.run_id, database);
}

std::uint64_t rows_in_table(const simulated_database& database) {
  const event_rows& table = loaded_rows(database);
  std::uint64_t rows = database.write() == disposition::append ? 0 : table.events.size() + table.rows_changed;
  for (const auto& [id, count] : table.copies) {
    rows += count;
  }
  return rows;
}

std::string to_string(const page_key& key) {
  return "page " + std::to_string(key.second) + " of " + ingest::to_string(key.first.second);
}

/// What is not as the API had it for the sync that ends with the era before `end_era`.
std::string differing(const std::map<std::string, std::string>& events, std::size_t end_era, const simulated_api& api) {
  const auto wanted = api.events_of_sync(end_era);
  for (const auto& [id, data] : wanted) {
    const auto found = events.find(id);
    if (found == events.end()) {
      return "event " + id + " is missing";
    }
    if (found->second != data) {
      return "event " + id + " is not as it was, but " + found->second;
    }
  }
  for (const auto& [id, data] : events) {
    if (!wanted.contains(id)) {
      return "the table has a row that no event stands for: " + id;
    }
  }
  return {};
}

}  // namespace

const event_rows* rows_of_run(const std::string& run_id, const simulated_database& database) {
  static const event_rows none;
  const tables& now = database.committed();
  if (database.write() != disposition::replace) {
    return &now.rows_of(simulated_target);
  }
  const auto run = now.pipelines.find(simulated_pipeline);
  if (run != now.pipelines.end() && run->second.run_id == run_id) {
    return &now.rows_of(run->second.complete ? simulated_target : detail::replacement_name(simulated_target, run_id));
  }
  return now.followed.contains(run_id) || now.given_up.contains(run_id) ? nullptr : &none;
}

std::string problem_of_commit(const tables& changes, const std::string& owner, std::set<page_key>& loaded,
                              const simulated_database& database) {
  const tables& now = database.committed();
  std::erase_if(loaded, [&](const page_key& key) { return changes.emptied.contains(key.first.first); });
  for (const page_key& key : changes.deleted_pages) {
    const auto slice = now.slices.find(key.first);
    if (slice == now.slices.end() || slice->second.pages < key.second) {
      loaded.erase(key);  // not folded, but forgotten behind a hole: it comes again
      if (database.write() == disposition::append) {
        return to_string(key) + " is forgotten by " + owner + ", and will be there twice";
      }
    }
  }
  for (const page_key& key : changes.loaded) {
    const auto slice = now.slices.find(key.first);
    if (slice == now.slices.end() || slice->second.owner != owner) {
      return to_string(key) + " was committed by " + owner + ", whose slice it is no more";
    }
    if (!loaded.insert(key).second) {
      return to_string(key) + " was loaded a second time, by " + owner;
    }
  }
  const std::uint64_t told = rows_told(database);
  if (const std::uint64_t there = rows_in_table(database); told != there) {
    return "the ledger tells of " + std::to_string(told) + " rows, the table has " + std::to_string(there);
  }
  return {};
}

std::string problem_of_replacing(shown_rows& shown, const simulated_database& database, const simulated_api& api) {
  const tables& now = database.committed();
  const bool exists = now.find(simulated_target).has_value();
  const auto& events = now.rows_of(simulated_target).events;
  const auto row = now.pipelines.find(simulated_pipeline);
  const pipeline_row run = row == now.pipelines.end() ? pipeline_row{} : row->second;
  for (const auto& [name, id] : now.named) {
    const bool is_filled = !run.run_id.empty() && !run.complete;
    if (name != simulated_target && !(is_filled && name == detail::replacement_name(simulated_target, run.run_id))) {
      return "table " + name + " was left behind";
    }
  }
  if (run.complete && run.run_id != shown.brought_by) {
    shown = {exists, events, run.run_id};
    const std::string problem = differing(events, eras_of(run.plan).second, api);
    return problem.empty() ? "" : "a run is complete, but " + problem;
  }
  if (exists != shown.exists && shown.exists) {
    return "there is no table to be read";
  }
  shown.exists = exists;
  return events == shown.events ? "" : "people read other rows than before, and no run is complete";
}

std::size_t watermark_of(const simulated_database& database) {
  const auto& watermarks = database.committed().watermarks;
  const auto found = watermarks.find(simulated_pipeline);
  return found == watermarks.end() || found->second.empty() ? 0 : std::stoul(found->second);
}

std::string problem_of_watermark(const simulated_database& database, const simulated_api& api) {
  const std::size_t watermark = watermark_of(database);
  const auto& events = database.committed().rows_of(simulated_target).events;
  if (database.write() == disposition::replace) {
    return watermark == 0 ? "" : differing(events, watermark, api);
  }
  for (const auto& [id, e] : api.truth()) {
    if (e.era < watermark && !events.contains(id)) {
      return "the watermark says that the eras before " + std::to_string(watermark) + " are loaded, but event " + id +
             " of era " + std::to_string(e.era) + " is not";
    }
  }
  return {};
}

}  // namespace ingest::testing
