#include "report.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "ingest/sinks/file_sink.hpp"

namespace ingest::app {

namespace {

double seconds(std::uint64_t microseconds) {
  return static_cast<double>(microseconds) / 1e6;
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

/// Length of the time that two phases have in common; a phase that never began has none.
double overlap(std::uint64_t first_a, std::uint64_t last_a, std::uint64_t first_b, std::uint64_t last_b) {
  const std::uint64_t begin = std::max(first_a, first_b);
  const std::uint64_t end = std::min(last_a, last_b);
  return first_a == 0 || first_b == 0 || end <= begin ? 0 : seconds(end - begin);
}

double phase(std::uint64_t first, std::uint64_t last) {
  return first == 0 || last <= first ? 0 : seconds(last - first);
}

class report_writer {
 public:
  report_writer() { json_.SetMaxDecimalPlaces(6); }

  void begin() { json_.StartObject(); }
  void begin(const char* key) {
    json_.Key(key);
    json_.StartObject();
  }
  void end() { json_.EndObject(); }
  void put(const char* key, const std::string& v) {
    json_.Key(key);
    json_.String(log::redact(v));
  }
  void put(const char* key, std::uint64_t v) {
    json_.Key(key);
    json_.Uint64(v);
  }
  void put(const char* key, int v) {
    json_.Key(key);
    json_.Int(v);
  }
  void put(const char* key, bool v) {
    json_.Key(key);
    json_.Bool(v);
  }
  void put(const char* key, double v) {
    json_.Key(key);
    json_.Double(v);
  }
  std::string text() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_{buffer_};
};

void put_counts(report_writer& json, const run_report& r) {
  json.put("rows_fetched", r.rows_fetched);
  json.put("rows_durable", r.rows_durable);
  json.put("rows_loaded", r.rows_loaded);
  json.put("rows_rejected", r.rows_rejected);
  json.put("duplicates_skipped", r.duplicates_skipped);
  json.put("duplicates_differing", r.duplicates_differing);
  json.put("total_expected", r.total_expected);
  json.put("complete_but_short", r.complete_but_short);
  json.put("pages_fetched", r.pages_fetched);
  json.put("ranges_loaded", r.ranges_loaded);
  json.put("requests", r.requests);
  json.put("bytes_fetched", r.bytes_fetched);
  json.put("bytes_appended", r.bytes_appended);
  json.put("bytes_loaded", r.bytes_loaded);
  json.put("bytes_buffered", r.bytes_buffered);
  json.put("rows_per_s", r.rows_per_s());
  json.put("megabytes_per_s", r.megabytes_per_s());
  json.put("restarts", r.restarts);
  json.put("cursor_resets", r.cursor_resets);
  json.put("pages_too_large", r.pages_too_large);
  json.begin("retries");
  json.put("retries_429", r.retries_429);
  json.put("retries_5xx", r.retries_5xx);
  json.put("fetch_errors", r.fetch_errors);
  json.put("token_refreshes", r.token_refreshes);
  json.put("token_fetch_errors", r.token_fetch_errors);
  json.put("load_retries", r.load_retries);
  json.end();
}

void put_durations(report_writer& json, const run_report& r) {
  json.begin("seconds");
  json.put("wall", r.wall_s);
  json.put("fetch", r.fetch_s);
  json.put("parse", r.parse_s);
  json.put("throttled", r.throttled_s);
  json.put("sync", r.sync_s);
  json.put("load", r.load_s);
  json.put("fetch_phase", r.fetch_phase_s);
  json.put("load_phase", r.load_phase_s);
  json.put("overlap", r.overlap_s);
  json.put("cpu_user", r.cpu_user_s);
  json.put("cpu_system", r.cpu_system_s);
  json.end();
}

}  // namespace

double run_report::rows_per_s() const {
  const std::uint64_t rows = command == "fetch" ? rows_durable : rows_loaded;
  return wall_s > 0 ? static_cast<double>(rows) / wall_s : 0;
}

double run_report::megabytes_per_s() const {
  return wall_s > 0 ? static_cast<double>(command == "load" || bytes_fetched == 0 ? bytes_loaded : bytes_fetched) /
                          1e6 / wall_s
                    : 0;
}

void measure(run_report& r, const metrics& m) {
  r.rows_fetched = m.rows_fetched;
  r.rows_durable = m.rows_durable;
  // What an initial load removes at its end may have been loaded by an earlier process.
  r.rows_loaded = m.rows_loaded - std::min(m.rows_loaded.load(), m.duplicates_removed.load());
  r.rows_rejected = m.rows_rejected;
  r.duplicates_skipped = m.duplicates_skipped + m.duplicates_removed;
  r.duplicates_differing = m.duplicates_differing;
  r.total_expected = m.total_expected;
  r.pages_fetched = m.pages_fetched;
  r.ranges_loaded = m.ranges_loaded;
  r.requests = m.requests;
  r.bytes_fetched = m.bytes_fetched;
  r.bytes_appended = m.bytes_appended;
  r.bytes_loaded = m.bytes_loaded;
  r.bytes_buffered = m.bytes_buffered;
  r.retries_429 = m.retries_429;
  r.retries_5xx = m.retries_5xx;
  r.fetch_errors = m.fetch_errors;
  r.token_refreshes = m.token_refreshes;
  r.token_fetch_errors = m.token_fetch_errors;
  r.cursor_resets = m.cursor_resets;
  r.pages_too_large = m.pages_too_large;
  r.load_retries = m.load_retries;
  r.restarts = m.restarts;
  r.wall_s = seconds(m.elapsed_us());
  r.fetch_s = seconds(m.fetch_us);
  r.parse_s = seconds(m.parse_us);
  r.throttled_s = seconds(m.throttled_us);
  r.sync_s = seconds(m.sync_us);
  r.load_s = seconds(m.load_us);
  r.fetch_phase_s = phase(m.first_fetch_us, m.last_fetch_us);
  r.load_phase_s = phase(m.first_load_us, m.last_load_us);
  r.overlap_s = overlap(m.first_fetch_us, m.last_fetch_us, m.first_load_us, m.last_load_us);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  r.cpu_user_s = seconds(usage.ru_utime);
  r.cpu_system_s = seconds(usage.ru_stime);
  r.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string to_json(const run_report& r) {
  report_writer json;
  json.begin();
  json.put("command", r.command);
  json.put("pipeline", r.pipeline);
  json.put("run_id", r.run_id);
  json.put("status",
           std::string(name_of(r.partial && r.status == run_status::complete ? run_status::interrupted : r.status)));
  json.put("exit_code", r.exit_code);
  json.put("error", r.error);
  json.put("target", r.target);
  json.put("started_at", r.started_at);
  json.put("ended_at", r.ended_at);
  put_counts(json, r);
  put_durations(json, r);
  json.put("peak_memory_bytes", r.peak_memory_bytes);
  json.end();
  return json.text();
}

void write_report(const run_report& r, const std::filesystem::path& path) {
  constexpr std::chrono::seconds patience(5);  // the run is over, and nothing else would end the wait
  batch text;
  text.data = std::make_shared<const std::string>(to_json(r));
  try {
    file_sink to(path, {.patience = patience});
    to.open({});
    to.write(text);
    to.finalize();
  } catch (const error& e) {
    throw error(errc::io, "cannot write the report " + path.string() + ": " + e.what());
  }
}

}  // namespace ingest::app
