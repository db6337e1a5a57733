#include "status_view.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <numeric>
#include <sstream>

#include "announced_total.hpp"
#include "buffer/data_dir.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::app {

namespace {

using json_writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

/// The state, or nothing if there is none or, given a buffer that can tell instead, if it cannot be read.
std::optional<run_state> readable_state(file_system& files, const std::filesystem::path& directory, bool has_buffer) {
  try {
    return state_store(files, directory).load();
  } catch (const error& e) {
    if (!has_buffer || e.code() != errc::bad_data) {
      throw;
    }
    log::warning(events::state_rebuilt, std::string(e.what()) + "; showing what the buffer knows");
    return std::nullopt;
  }
}

std::uint64_t rows_of(const std::vector<slice_progress>& slices) {
  return std::accumulate(slices.begin(), slices.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const slice_progress& s) { return sum + s.rows; });
}

/// The buffer knows better what is durable.
void correct(run_state& s, const disk_buffer::contents& buffer) {
  s.bytes_buffered = buffer.bytes;
  for (const slice_progress& found : buffer.slices) {
    const auto known =
        std::find_if(s.slices.begin(), s.slices.end(), [&](const slice_progress& p) { return p.slice == found.slice; });
    if (known == s.slices.end()) {
      s.slices.push_back(found);
    } else if (known->pages < found.pages) {
      *known = found;
    }
  }
  s.last_segment = std::max(s.last_segment, buffer.last_segment);
  s.rows_durable = std::max(s.rows_durable, s.rows_left_out + rows_of(s.slices));
  s.rows_fetched = std::max(s.rows_fetched, s.rows_durable);
}

void put(json_writer& json, const char* key, std::string_view text) {
  json.Key(key);
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void put(json_writer& json, const char* key, std::uint64_t number) {
  json.Key(key);
  json.Uint64(number);
}

/// The total that a complete run did not reach.
std::optional<announced_total> shortfall(const run_state& s) {
  const bool tells_all = s.status == run_status::complete && s.slices_left_out == 0;
  const auto total = tells_all ? announced_total_of(s.identity.plan, s.slices) : std::nullopt;
  return total && total->is_short() ? total : std::nullopt;
}

void put(json_writer& json, const slice_progress& slice) {
  json.StartObject();
  if (!slice.slice.stream().empty()) {
    put(json, "stream", slice.slice.stream());
  }
  put(json, "slice", slice.slice.name());
  if (slice.pages == 0) {
    json.Key("cursor");
    json.Null();
  } else {
    put(json, "cursor", slice.position);
  }
  json.Key("done");
  json.Bool(slice.done);
  put(json, "rows", slice.rows);
  json.EndObject();
}

}  // namespace

std::optional<run_state> view_status(file_system& files, const std::filesystem::path& directory) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory, ignored)) {
    return std::nullopt;
  }
  // Asked first: a run that ends between the two looks then shows its last state, not as interrupted.
  const bool held = data_dir::is_locked(directory);
  // A running process writes its state several times a second; the buffer it works on is left alone.
  const disk_buffer::contents buffer = held ? disk_buffer::contents{} : disk_buffer::inspect(files, directory);
  auto state = readable_state(files, directory, buffer.identity.has_value());
  if (!state) {
    if (!buffer.identity) {
      return std::nullopt;
    }
    state.emplace();
    state->identity = *buffer.identity;
  }
  correct(*state, buffer);
  if (state->status == run_status::running && !held) {
    state->status = run_status::interrupted;
  }
  return state;
}

std::string status_json(const run_state& s) {
  rapidjson::StringBuffer buffer;
  json_writer json(buffer);
  json.StartObject();
  put(json, "pipeline", s.identity.pipeline);
  put(json, "run_id", s.identity.run_id);
  put(json, "command", s.command);
  put(json, "status", name_of(s.status));
  put(json, "error", log::redact(s.error));
  for (const run_count& c : run_counts()) {
    if (*c.label != 0) {
      put(json, c.key, s.*c.member);
    }
  }
  json.Key("complete_but_short");
  json.Bool(shortfall(s).has_value());
  json.Key("slices");
  json.StartArray();
  for (const slice_progress& slice : s.slices) {
    put(json, slice);
  }
  json.EndArray();
  put(json, "started_at", s.started_at);
  put(json, "updated_at", s.updated_at);
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::string status_text(const run_state& s) {
  std::ostringstream out;
  const auto row = [&](std::string_view name, const auto& value) {
    out << name << std::string(20 - name.size(), ' ') << value << '\n';
  };
  row("pipeline", s.identity.pipeline);
  row("status", name_of(s.status));
  if (!s.error.empty()) {
    row("error", log::redact(s.error));
  }
  for (const run_count& c : run_counts()) {
    if (*c.label != 0 && (s.*c.member > 0 || c.member != &run_state::total_expected)) {
      row(c.label, s.*c.member);
    }
  }
  if (const auto total = shortfall(s)) {
    row("complete but short",
        std::to_string(total->read) + " of " + std::to_string(total->total) + " that the API announced");
  }
  const auto done = std::count_if(s.slices.begin(), s.slices.end(), [](const slice_progress& p) { return p.done; });
  row("slices", std::to_string(s.slices_left_out + s.slices.size()) + ", " +
                    std::to_string(s.slices_left_out + static_cast<std::uint64_t>(done)) + " of them read to the end");
  if (!s.updated_at.empty()) {
    row("updated at", s.updated_at);
  }
  return out.str();
}

}  // namespace ingest::app
