#include "buffer/run_state.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <array>
#include <limits>
#include <utility>

#include "core/page_set.hpp"
#include "core/utf8.hpp"

namespace ingest {

namespace {

using json_value = rapidjson::Value;
using json_writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

constexpr std::uint64_t state_version = 2;
constexpr std::string_view hexadecimal = "0123456789abcdef";

constexpr std::array statuses = {run_status::running, run_status::complete, run_status::interrupted,
                                 run_status::aborted};

constexpr std::array counts = {
    run_count{"rows_fetched", "rows fetched", &run_state::rows_fetched},
    run_count{"rows_durable", "rows durable", &run_state::rows_durable},
    run_count{"rows_loaded", "rows loaded", &run_state::rows_loaded},
    run_count{"rows_rejected", "rows rejected", &run_state::rows_rejected},
    run_count{"duplicates_skipped", "duplicates skipped", &run_state::duplicates_skipped},
    run_count{"bytes_buffered", "bytes buffered", &run_state::bytes_buffered},
    run_count{"total_expected", "rows expected", &run_state::total_expected},
    run_count{"restarts", "restarts", &run_state::restarts},
    run_count{"last_segment", "", &run_state::last_segment},
    run_count{"slices_left_out", "", &run_state::slices_left_out},
    run_count{"rows_left_out", "", &run_state::rows_left_out},
};

/// A position may hold any bytes, a JSON string only UTF-8. What is not UTF-8 becomes {"hex": "…"}.
void write_text(json_writer& out, const char* key, const std::string& text) {
  out.Key(key);
  if (detail::is_utf8(text)) {
    out.String(text);
    return;
  }
  std::string digits;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    digits += hexadecimal[byte >> 4];
    digits += hexadecimal[byte & 15];
  }
  out.StartObject();
  out.Key("hex");
  out.String(digits);
  out.EndObject();
}

void write_count(json_writer& out, const char* key, std::uint64_t value) {
  out.Key(key);
  out.Uint64(value);
}

void write_loaded(json_writer& out, const page_set& loaded) {
  out.Key("loaded_pages");
  out.StartArray();
  for (const auto& [first, last] : loaded.intervals()) {
    out.StartArray();
    out.Uint64(first);
    out.Uint64(last);
    out.EndArray();
  }
  out.EndArray();
}

void write_slice(json_writer& out, const slice_progress& s, const page_set& loaded) {
  out.StartObject();
  write_text(out, "stream", s.slice.stream());
  write_text(out, "slice", s.slice.name());
  write_text(out, "cursor", s.position);
  out.Key("done");
  out.Bool(s.done);
  write_count(out, "rows", s.rows);
  write_count(out, "pages", s.pages);
  write_loaded(out, loaded);
  out.EndObject();
}

void write_slices(json_writer& out, const run_state& s) {
  out.Key("slices");
  out.StartArray();
  for (const slice_progress& slice : s.slices) {
    write_slice(out, slice, s.loaded.of(slice.slice));
  }
  out.EndArray();
}

[[noreturn]] void refuse(const std::string& what) {
  throw error(errc::bad_data, "the run's state is damaged: " + what);
}

const json_value& member(const json_value& object, const char* key) {
  const auto found = object.FindMember(key);
  if (found == object.MemberEnd()) {
    refuse(std::string("\"") + key + "\" is missing");
  }
  return found->value;
}

std::uint64_t read_count(const json_value& object, const char* key,
                         std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
  const json_value& value = member(object, key);
  if (!value.IsUint64() || value.GetUint64() > most) {
    refuse(std::string("\"") + key + "\" is not a count");
  }
  return value.GetUint64();
}

bool read_bool(const json_value& object, const char* key) {
  const json_value& value = member(object, key);
  if (!value.IsBool()) {
    refuse(std::string("\"") + key + "\" is neither true nor false");
  }
  return value.GetBool();
}

std::string from_hexadecimal(std::string_view digits, const char* key) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = hexadecimal.find(digits[i]);
    const auto low = i + 1 < digits.size() ? hexadecimal.find(digits[i + 1]) : std::string_view::npos;
    if (high == std::string_view::npos || low == std::string_view::npos) {
      refuse(std::string("\"") + key + "\" holds hexadecimal digits that are none");
    }
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string read_text(const json_value& object, const char* key) {
  const json_value& value = member(object, key);
  const json_value& text = value.IsObject() ? member(value, "hex") : value;
  if (!text.IsString()) {
    refuse(std::string("\"") + key + "\" is not a text");
  }
  std::string bytes(text.GetString(), text.GetStringLength());
  return value.IsObject() ? from_hexadecimal(bytes, key) : bytes;
}

const json_value& read_array(const json_value& object, const char* key) {
  const json_value& value = member(object, key);
  if (!value.IsArray()) {
    refuse(std::string("\"") + key + "\" is not a list");
  }
  return value;
}

run_status read_status(const json_value& object) {
  const std::string name = read_text(object, "status");
  for (const run_status s : statuses) {
    if (name_of(s) == name) {
      return s;
    }
  }
  refuse("the status \"" + name + "\" is not known");
}

page_set read_loaded(const json_value& object) {
  page_set loaded;
  for (const json_value& interval : read_array(object, "loaded_pages").GetArray()) {
    const bool pair = interval.IsArray() && interval.Size() == 2 && interval[0].IsUint64() && interval[1].IsUint64();
    if (!pair || interval[0].GetUint64() == 0 || interval[0].GetUint64() > interval[1].GetUint64() ||
        interval[1].GetUint64() == std::numeric_limits<page_id>::max()) {
      refuse("\"loaded_pages\" holds something else than [first, last]");
    }
    loaded.insert(interval[0].GetUint64(), interval[1].GetUint64());
  }
  return loaded;
}

void read_slices(const json_value& object, run_state& state) {
  for (const json_value& entry : read_array(object, "slices").GetArray()) {
    if (!entry.IsObject()) {
      refuse("\"slices\" holds something else than objects");
    }
    slice_progress& s = state.slices.emplace_back();
    std::string stream = read_text(entry, "stream");
    s.slice = slice_id(std::move(stream), read_text(entry, "slice"));
    s.position = read_text(entry, "cursor");
    s.done = read_bool(entry, "done");
    s.rows = read_count(entry, "rows");
    s.pages = read_count(entry, "pages");
    state.loaded.insert(s.slice, read_loaded(entry));
  }
}

}  // namespace

std::span<const run_count> run_counts() {
  return counts;
}

std::string_view name_of(run_status s) {
  switch (s) {
    case run_status::running:
      return "running";
    case run_status::complete:
      return "complete";
    case run_status::interrupted:
      return "interrupted";
    case run_status::aborted:
      return "aborted";
  }
  return "unknown";
}

std::string to_json(const run_state& s) {
  rapidjson::StringBuffer text;
  json_writer out(text);
  out.SetIndent(' ', 2);
  out.SetFormatOptions(rapidjson::kFormatSingleLineArray);
  out.StartObject();
  write_count(out, "version", state_version);
  write_text(out, "pipeline", s.identity.pipeline);
  write_text(out, "run_id", s.identity.run_id);
  write_text(out, "plan", s.identity.plan);
  write_text(out, "command", s.command);
  write_text(out, "status", std::string(name_of(s.status)));
  write_text(out, "error", s.error);
  for (const run_count& c : counts) {
    write_count(out, c.key, s.*c.member);
  }
  write_slices(out, s);
  out.Key("replaces_ledger");
  out.Bool(s.replaces_ledger);
  out.Key("yields");
  out.Bool(s.yields);
  if (!s.follows.empty()) {
    write_text(out, "follows", s.follows);
  }
  write_text(out, "started_at", s.started_at);
  write_text(out, "updated_at", s.updated_at);
  out.EndObject();
  return std::string(text.GetString(), text.GetSize()) + "\n";
}

run_state parse_run_state(std::string_view json) {
  rapidjson::Document document;
  // Iterative: whatever stands in the file, its depth must not exhaust the stack.
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  if (document.HasParseError()) {
    refuse(std::string(rapidjson::GetParseError_En(document.GetParseError())) + " (at offset " +
           std::to_string(document.GetErrorOffset()) + ")");
  }
  if (!document.IsObject()) {
    refuse("it is no JSON object");
  }
  if (const auto version = read_count(document, "version"); version != state_version) {
    refuse("it has version " + std::to_string(version) + ", this program reads version " +
           std::to_string(state_version));
  }
  run_state s;
  s.identity = {read_text(document, "pipeline"), read_text(document, "run_id"), read_text(document, "plan")};
  s.command = read_text(document, "command");
  s.status = read_status(document);
  s.error = read_text(document, "error");
  for (const run_count& c : counts) {
    s.*c.member = read_count(document, c.key);
  }
  read_slices(document, s);
  s.replaces_ledger = read_bool(document, "replaces_ledger");
  s.yields = document.HasMember("yields") && read_bool(document, "yields");  // states of version 0.1 lack it
  s.follows = document.HasMember("follows") ? read_text(document, "follows") : "";
  s.started_at = read_text(document, "started_at");
  s.updated_at = read_text(document, "updated_at");
  return s;
}

}  // namespace ingest
